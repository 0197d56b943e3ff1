// The page: a recording or a file is sent to the server, and what comes back is shown.

import { colourOf, drawMel, drawWaveform } from "./drawing.js";
import { Recorder } from "./recorder.js";

const LONGEST_RECORDING_S = 300;
const LEVEL_DECAY = 0.99; // per piece of 3 ms, so that the eye can follow
const TICKS = [0, 0.25, 0.5, 0.75, 1]; // of the length
const element = (id) => document.getElementById(id);
// With no-break spaces.
const percent = (share) => `${Math.round(100 * share)}\u00a0%`;
const seconds = (value) => `${value.toFixed(1)}\u00a0s`;

let limits = { largest_bytes: Infinity };
let starting = false;
let recorder = null;
let sound = null; // { content: Blob, name: string }
let shown = null; // { answer, picture }
let asking = new AbortController();

class Problem extends Error {}

async function start() {
  limits = await asked("api");
  for (const name of limits.models) element("model").add(new Option(name, name));
  element("example").textContent = encodeURIComponent(limits.models[0]);
  element("address").textContent = location.origin;
  element("limits").textContent =
    `at most ${limits.largest_bytes / 1e6} MB and ${limits.longest_s / 60} minutes`;
  element("model").disabled = false;
  element("record").disabled = false;
}

// What the server answers, as an object; a refusal becomes a Problem in the server's words.
async function asked(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("The server does not answer; is sertool serve still running?");
  }
  const answer = await response.json().catch(() => ({ error: `status ${response.status}` }));
  if (!response.ok) throw new Problem(answer.error);
  return answer;
}

const send = (address) =>
  asked(address, {
    method: "POST",
    body: sound.content,
    headers: { "Content-Type": "application/octet-stream" },
    signal: asking.signal,
  });

// Runs a task and shows what goes wrong in words.
async function attempt(task) {
  element("problem").textContent = "";
  try {
    await task();
  } catch (error) {
    if (error.name === "AbortError") return;
    element("status").textContent = "";
    element("problem").textContent = error instanceof Problem ? error.message : String(error);
  }
}

async function startRecording() {
  if (!window.isSecureContext) {
    throw new Problem("Browsers record only on localhost or https; choose a file instead.");
  }
  if (starting) return;
  starting = true; // disabling the button instead would take the focus from it
  try {
    recorder = await Recorder.start(showLevel);
  } catch (error) {
    throw new Problem(`The microphone cannot be used (${error.message}); choose a file instead.`);
  } finally {
    starting = false;
  }
  element("player").pause();
  showRecording(true);
  element("status").textContent = "Recording: speak now.";
}

async function stopRecording() {
  const stopped = recorder;
  recorder = null;
  showRecording(false);
  await use(await stopped.stop(), "recording.wav");
}

function showRecording(runs) {
  element("recording").hidden = !runs;
  element("record").textContent = runs ? "Stop" : "Record";
  element("record").classList.toggle("running", runs);
}

function showLevel(level, lengthS) {
  element("level").value = Math.max(level, LEVEL_DECAY * element("level").value);
  element("clock").textContent = seconds(lengthS);
  if (recorder && lengthS >= LONGEST_RECORDING_S) attempt(stopRecording);
}

async function use(content, name) {
  asking.abort();
  sound = null;
  element("result").hidden = true;
  if (content.size > limits.largest_bytes) {
    throw new Problem(
      `${name} is larger than ${limits.largest_bytes / 1e6} MB; cut it, or give FLAC or MP3.`,
    );
  }
  sound = { content, name };
  URL.revokeObjectURL(element("player").src);
  element("player").src = URL.createObjectURL(content);
  await analyse();
}

// What is still asked is given up, and what is shown is dimmed until the answer is there.
async function analyse() {
  asking.abort();
  asking = new AbortController();
  element("result").setAttribute("aria-busy", "true");
  element("status").textContent = "Analysing it ...";
  const model = encodeURIComponent(element("model").value);
  try {
    const [answer, picture] = await Promise.all([send(`api/predict?model=${model}`), send("api/picture")]);
    shown = { answer, picture };
  } catch (error) {
    if (error.name !== "AbortError") element("result").hidden = true;
    throw error;
  }
  element("result").removeAttribute("aria-busy");
  element("result").hidden = false;
  show();
}

// Again where the colours or the width change.
function show() {
  if (!shown || element("result").hidden) return;
  showVerdict(shown.answer);
  showProbabilities(shown.answer);
  showSpans(shown.answer);
  showDownload(shown.answer);
  drawMel(element("mel"), shown.picture);
  drawPlayed();
}

function drawPlayed() {
  drawWaveform(element("waveform"), shown.picture, shown.answer.spans, element("player").currentTime);
}

function showVerdict(answer) {
  const { emotion, confident, probabilities } = answer;
  const share = percent(probabilities[emotion]);
  element("analysed").textContent =
    `${answer.start_s.toFixed(1)} to ${seconds(answer.end_s)} of ${sound.name}, by ${answer.model}`;
  element("emotion").textContent = confident ? emotion : "unsure";
  element("emotion").style.color = colourOf(confident ? emotion : "muted");
  element("detail").textContent = confident
    ? `with a probability of ${share}`
    : `perhaps ${emotion}, with a probability of ${share}` +
      (answer.remarks.length ? ", but:" : ": too little to rely on");
  element("remarks").replaceChildren(...answer.remarks.map((remark) => made("li", remark)));
  element("status").textContent = confident
    ? `Done: ${emotion}, ${share}.`
    : `Done: unsure, perhaps ${emotion}, ${share}.`;
}

function showProbabilities({ emotion, probabilities }) {
  const order = Object.entries(probabilities).sort((one, other) => other[1] - one[1]);
  element("probabilities").replaceChildren(
    ...order.map(([name, share]) => {
      const row = document.createElement("tr");
      row.className = name === emotion ? "best" : "";
      const heading = made("th", name);
      heading.scope = "row";
      row.append(heading, filled("td", bar(name, share)), made("td", percent(share)));
      return row;
    }),
  );
}

function bar(emotion, share) {
  const inner = made("div", "");
  inner.className = "bar";
  inner.style.width = `${100 * share}%`;
  inner.style.background = colourOf(emotion);
  const track = filled("div", inner);
  track.className = "track";
  return track;
}

function showSpans({ spans, duration_s: durationS }) {
  element("silence").hidden = spans.length > 0;
  element("spans").hidden = spans.length === 0;
  element("axis").replaceChildren(
    ...TICKS.map((share) => made("span", seconds(share * durationS))),
  );
  element("spans").tBodies[0].replaceChildren(
    ...spans.map((span) => {
      const swatch = made("span", "");
      swatch.className = span.confident ? "swatch" : "swatch pale";
      swatch.style.background = colourOf(span.emotion);
      const name = filled("td", swatch);
      name.append(span.confident ? span.emotion : `unsure, perhaps ${span.emotion}`);
      const row = document.createElement("tr");
      row.append(made("td", seconds(span.start_s)), made("td", seconds(span.end_s)), name);
      row.append(made("td", percent(span.probability)));
      return row;
    }),
  );
  const words = spans.map(
    (span) => `${seconds(span.start_s)} to ${seconds(span.end_s)} ${span.emotion}`,
  );
  element("waveform").setAttribute("aria-label", `Waveform: ${words.join(", ") || "no speech"}`);
}

function showDownload(answer) {
  URL.revokeObjectURL(element("download").href);
  const content = new Blob([JSON.stringify(answer, null, 2)], { type: "application/json" });
  element("download").href = URL.createObjectURL(content);
  element("download").download = `${sound.name.replace(/\.[^.]*$/, "")}.json`;
}

function made(name, text) {
  const created = document.createElement(name);
  created.textContent = text;
  return created;
}

function filled(name, content) {
  const created = document.createElement(name);
  created.append(content);
  return created;
}

element("record").addEventListener("click", () => attempt(recorder ? stopRecording : startRecording));
element("file").addEventListener("change", ({ target }) => {
  const [file] = target.files;
  if (file) attempt(() => use(file, file.name));
  target.value = ""; // so that the same file may be chosen again
});
element("model").addEventListener("change", () => {
  if (sound) attempt(analyse);
});
element("player").addEventListener("timeupdate", () => shown && drawPlayed());
element("waveform").addEventListener("click", ({ offsetX, target }) => {
  element("player").currentTime = (offsetX / target.clientWidth) * shown.picture.duration_s;
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) attempt(() => use(file, file.name));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
addEventListener("resize", show);
attempt(start);
