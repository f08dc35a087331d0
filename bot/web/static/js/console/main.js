// What every page of the desk needs: the form proof goes along with htmx by the body's hx-headers; errors of a part are said in words.
document.addEventListener("htmx:responseError", (event) => say(event.detail.xhr.status));
// A form that was refused comes back with what is wrong in it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.getResponseHeader("X-Form")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
document.addEventListener("htmx:sendError", () => say(0));

function say(status) {
  const words = { 0: "网络断了，请稍后再试。", 403: "没有权限，或页面已过期，请刷新后再试。", 404: "没有找到，可能已经被改派。", 409: "别人刚刚改过，请刷新后再试。", 413: "内容太大。", 429: "操作太快，请稍后再试。" };
  let place = document.getElementById("said");
  if (!place) {
    place = document.createElement("p");
    place.id = "said";
    place.setAttribute("role", "alert");
    document.body.append(place);
  }
  place.textContent = words[status] || "没有办成，请稍后再试。";
  place.hidden = false;
  setTimeout(() => { place.hidden = true; }, 6000);
}

// On a phone the menu is wider than the screen: begin where one is.
const menu = document.querySelector(".bar .menu");
const here = menu?.querySelector("[aria-current]");
if (here && menu.scrollWidth > menu.clientWidth) menu.scrollLeft = here.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;
