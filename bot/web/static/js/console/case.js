// The page of a case: articles open in a dialog.

const dialog = document.getElementById("article");
const show = (id, words) => (document.getElementById(id).textContent = words);

async function open({ dataset }) {
  show("article-title", dataset.article);
  show("article-text", "正在打开……");
  show("article-source", "");
  dialog.showModal();
  const answer = await fetch(`/api/laws/article?${new URLSearchParams(dataset)}`).catch(() => null);
  const found = await answer?.json().catch(() => null);
  if (!answer?.ok) return show("article-text", found?.error || "暂时打不开这一条，请稍后再试。");
  show("article-title", `${found.title} ${found.article}`);
  show("article-text", found.text);
  show("article-source", `施行日期：${found.effective_date}；来源：${found.source}`);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button.law");
  if (button) open(button);
});
