// Reading answers aloud, and speaking instead of typing; both only where the browser can.

import { SAY } from "./words.js";

const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
let reading = null;

export const canRead = () => "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;
export const canListen = () => Boolean(Recognition);

/** Read a text aloud, or stop when the same is being read. @param changed called with whether it is being read */
export function read(text, changed) {
  const same = reading === changed;
  hush();
  if (same) return;
  const words = new SpeechSynthesisUtterance(text.replace(/[【】·—]/g, " "));
  words.lang = "zh-CN";
  words.rate = 0.9;
  words.onend = words.onerror = () => reading === changed && hush();
  reading = changed;
  changed(true);
  speechSynthesis.speak(words);
}

/** Be quiet. */
export function hush() {
  if (!reading) return;
  const changed = reading;
  reading = null;
  speechSynthesis.cancel();
  changed(false);
}

/** Listen once. @param on callbacks: heard(text), trouble(words), ended() */
export function listen(on) {
  hush();
  const ear = new Recognition();
  ear.lang = "zh-CN";
  ear.onresult = (event) => on.heard([...event.results].map((result) => result[0].transcript).join(""));
  ear.onerror = ({ error }) => error !== "aborted" && on.trouble(error === "not-allowed" ? SAY.noMicrophone : SAY.heardNothing);
  ear.onend = on.ended;
  ear.start();
  return ear;
}
