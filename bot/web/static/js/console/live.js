// Pages that stay current: a stream says that something happened, the page loads its part again.

/** Return the part of a page that a URL gives to htmx, as an element; null where it cannot be had now. */
export async function part(url, id) {
  const answer = await fetch(url, { headers: { "HX-Request": "true", "X-Background": "1" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
}

/** Call `happened` whenever the stream says so; how the connection is stands in #live. */
export function listen(url, happened) {
  const live = document.getElementById("live");
  const stream = new EventSource(url);
  stream.onopen = () => (live.textContent = "自动更新中");
  stream.onerror = () => (live.textContent = "连接断了，正在重连");
  stream.onmessage = ({ data }) => happened(JSON.parse(data));
  stream.addEventListener("over", () => {
    stream.close();
    live.textContent = "登录已结束，请重新登录";
  });
  window.addEventListener("pagehide", () => stream.close());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}
