// Joins the parts of the page.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { byId, element } from "./dom.js";
import { Log } from "./log.js";
import { goQuiet, showCalendar } from "./quiet.js";
import { claim } from "./server.js";
import * as sheet from "./sheet.js";
import * as store from "./store.js";
import { allHotlines, dial, dialling } from "./text.js";
import { ASK, CLEAR, EXAMPLES, GREETING, MORE, SAY } from "./words.js";

const own = ({ id, text, buttons }) => ({ id, text, kind: id, message: GREETING.id, said_by: "bot", at: null, buttons: buttons.map((b) => ({ title: b, payload: b })) });

function start() {
  const log = new Log({ choose: (payload) => choose(payload), cite: sheet.showArticle });
  const conversation = new Conversation(log, { refused: (text) => composer.giveBack(text), status: showStatus });
  const composer = new Composer((text) => choose(text));

  function choose(words) {
    sheet.close();
    if (words === CLEAR) leaveQuietly();
    else if (words === ASK) log.again(own(EXAMPLES));
    else conversation.say(words);
    // A finger would call up the keyboard over the answer.
    if (matchMedia("(hover: hover) and (pointer: fine)").matches && words !== CLEAR) composer.focus();
  }

  function leaveQuietly() {
    conversation.end();
    goQuiet();
  }

  noteCommunity();
  byId("starting").remove();
  log.reply(own(GREETING));
  sheet.prepare();
  prepareElder(log);
  store.whenForgotten(leaveQuietly);
  byId("clear-now").addEventListener("click", leaveQuietly);
  byId("more").addEventListener("click", () => showMore(choose, leaveQuietly));
  document.querySelectorAll("[data-say]").forEach((button) => button.addEventListener("click", () => choose(button.dataset.say)));
  conversation.restore();
}

/** A poster's code opens the page with its community in the address. */
function noteCommunity() {
  const code = new URLSearchParams(location.search).get("community");
  if (!code) return;
  store.keepCommunity(code);
  history.replaceState(null, "", location.pathname);
}

function prepareElder(log) {
  const button = byId("elder");
  const apply = (on) => {
    document.documentElement.classList.toggle("elder", on);
    button.setAttribute("aria-pressed", String(on));
    log.reveal(true);
  };
  button.addEventListener("click", () => {
    store.keepElder(!store.elder());
    apply(store.elder());
    byId("announce").textContent = store.elder() ? SAY.elderOn : SAY.elderOff;
  });
  apply(store.elder());
}

function showMore(choose, leaveQuietly) {
  const cell = (words, act) => element("button", { type: "button", class: "weui-cell weui-cell_access", click: act }, element("span", { class: "weui-cell__bd" }, words), element("span", { class: "weui-cell__ft" }));
  sheet.open(
    "更多服务",
    element("div", { class: "weui-cells" }, ...MORE.map(([title, payload]) => cell(title, () => choose(payload)))),
    element("h3", {}, "常用电话（点一下就能拨）"),
    element("p", { class: "calls" }, ...allHotlines().map(([number, label]) => dial(number, "call", element("b", {}, number), ` ${label}`))),
    element(
      "div",
      { class: "weui-cells" },
      cell("隐私告知", () => sheet.open("隐私告知", byId("privacy-notice").content.cloneNode(true))),
      cell(SAY.claimTitle, claimFile),
      cell("打印或存成PDF", () => [sheet.close(), window.print()]),
      cell("清空本页", () => askToClear(leaveQuietly)),
    ),
  );
}

function claimFile() {
  const code = element("input", { class: "code", type: "text", id: "claim-code", maxlength: "20", autocomplete: "off", autocapitalize: "characters", required: "" });
  const said = element("p", { role: "status" });
  const open = async () => {
    try {
      const { url } = await claim(code.value);
      said.replaceChildren(element("a", { class: "call", href: url, download: "" }, SAY.claimReady));
    } catch (error) {
      said.replaceChildren(error.message || SAY.failed);
    }
  };
  sheet.open(
    SAY.claimTitle,
    element("p", {}, SAY.claimWords),
    element("label", { for: "claim-code" }, SAY.claimCode),
    code,
    element("div", { class: "answers" }, element("button", { type: "button", class: "weui-btn weui-btn_primary", click: open }, SAY.claimOpen)),
    said,
  );
}

function askToClear(leaveQuietly) {
  sheet.open(
    "清空本页",
    element("p", {}, SAY.clearQuestion),
    element("div", { class: "answers" }, element("button", { type: "button", class: "weui-btn weui-btn_primary", click: leaveQuietly }, "现在清空"), element("button", { type: "button", class: "weui-btn weui-btn_default", click: sheet.close }, "不清空")),
  );
}

function showStatus(words) {
  const place = byId("status");
  if (place.textContent !== words) place.replaceChildren(...dialling(words));
}

if (store.isQuiet()) showCalendar();
else start();
