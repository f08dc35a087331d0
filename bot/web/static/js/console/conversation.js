// A conversation with a resident: what is said comes by itself; canned replies, files, Ctrl+Enter.

import { listen, part } from "./live.js";

// A refused form leaves the browser at its own address.
const HERE = location.pathname.replace(/\/(say|take|open|appointment|back|risk)$/, "");
const LARGEST = 10 * 1024 * 1024;
const byId = (id) => document.getElementById(id);

async function refresh() {
  const fresh = await part(HERE, "talk");
  if (!fresh) return;
  const was = byId("talk").dataset;
  const moved = ["mine", "ended", "taken"].some((name) => was[name] !== fresh.dataset[name]);
  const grown = fresh.children.length !== byId("talk").children.length;
  byId("talk").replaceWith(fresh);
  if (moved) byId("changed").hidden = false;
  if (Number(fresh.dataset.risks) > Number(was.risks)) byId("danger").hidden = false;
  if (grown) toEnd();
}

function toEnd() {
  byId("talk").scrollTop = byId("talk").scrollHeight;
}

function useCanned() {
  const [canned, text] = [byId("canned"), byId("text")];
  if (!canned?.value) return;
  text.value = text.value.trim() ? `${text.value.trimEnd()}\n${canned.value}` : canned.value;
  canned.value = "";
  text.focus();
}

byId("canned")?.addEventListener("change", useCanned);
// On a slow line it may be chosen before this script is there.
useCanned();

byId("text")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("say").requestSubmit();
});

byId("upload")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = byId("file").files;
  const button = event.target.querySelector("button");
  const tell = (words, bad) => {
    byId("upload-said").textContent = words;
    byId("upload-said").className = bad ? "error" : "quiet";
  };
  if (!file) return tell("请先选一个文件。", true);
  if (file.size > LARGEST) return tell("文件超过10MB，没有发出。请压缩图片、拆成几份，或请居民来取纸质件。", true);
  button.disabled = true;
  tell("正在发送……", false);
  const answer = await fetch(byId("say").dataset.upload, {
    method: "POST",
    headers: { "X-CSRF": document.querySelector("#say [name=csrf]").value, "X-File-Name": encodeURIComponent(file.name), "Content-Type": "application/octet-stream" },
    body: file,
  }).catch(() => null);
  const { error } = (await answer?.json().catch(() => null)) ?? {};
  button.disabled = false;
  if (!answer?.ok) return tell(error || "没有发出，请检查网络后再试。", true);
  byId("file").value = "";
  tell("已发给居民。", false);
  refresh();
});

toEnd();
listen(`${HERE}/events`, refresh);
