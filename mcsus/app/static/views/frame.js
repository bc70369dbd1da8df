// The frame of the page: its head, what is said when something is wrong, keys, and where to begin.

import { capital } from "../numbers.js";
import { html, steady, useEffect, useRef, useState } from "./base.js";

/** Short names of scenarios: what stands before the first stop, where that tells them apart. */
function shortNames(scenarios) {
  const short = scenarios.map((own) => capital(own.title.split(/[:;,]/)[0]));
  return scenarios.map((own, k) => (short.indexOf(short[k]) === short.lastIndexOf(short[k]) ? short[k] : capital(own.id)));
}

const VIEWS = [["explorer", "Explore"], ["model", "Model"], ["compare", "Compare"], ["library", "Library"]];

export function Head({ explorer, help }) {
  const { study, labels, source } = explorer.state;
  const { scenarios } = study;
  const names = shortNames(scenarios);
  return html`
    <header class="head">
      <div class="brand">mcsus</div>
      <nav class="views" aria-label="Views">${VIEWS.map(([id, title]) => html`<button aria-current=${explorer.state.view === id ? "page" : null} onClick=${() => explorer.show(id)}>${title}</button>`)}</nav>
      <${Openers} explorer=${explorer} source=${source} />
      <div class="chips" role="group" aria-label="Scenario">
        ${scenarios.map((own, k) => html`<button class="chip" aria-pressed=${(labels.scenario ?? scenarios[0].id) === own.id} title=${own.title} onClick=${() => explorer.showLabel("scenario", own.id)}>${names[k]}</button>`)}
      </div>
      <div class="tools">
        <button onClick=${() => explorer.undo()} disabled=${!explorer.undone?.length}>undo</button>
        <button onClick=${() => explorer.redo()} disabled=${!explorer.state.redo.length}>redo</button>
        <button onClick=${help} aria-label="Keys">?</button>
      </div>
      <h1>${study.study.title}</h1>
      ${study.study.question && html`<p class="question">${study.study.question}</p>`}
    </header>`;
}

/** What else can be opened than `source`: another study, a new one, a file. */
function Openers({ explorer, source }) {
  const { studies } = explorer.state;
  const template = studies.find((own) => own.template);
  return html`
    <${Studies} explorer=${explorer} studies=${studies} source=${source} template=${template} />
    ${template && source?.id !== template.id && html`<button title="begin with a template: a sensor node" onClick=${() => explorer.open({ id: template.id })}>new study</button>`}
    <label class="file">open a file<input type="file" accept=".toml" onChange=${(event) => openFile(explorer, event.target.files[0])} /></label>`;
}

const Studies = steady(({ explorer, studies, source, template }) => html`
  <label class="choose"><span class="hidden">Study</span>
    <select aria-label="Study" value=${source?.id ?? ""} onChange=${(event) => explorer.open({ id: event.target.value })}>
      ${!source?.id && html`<option value="">${source?.name}</option>`}
      ${studies.filter((own) => !own.template).map((own) => html`<option value=${own.id}>${own.id}</option>`)}
      ${template && html`<option value=${template.id}>a study of your own, from a template</option>`}
    </select></label>`);

export async function openFile(explorer, file) {
  if (file) explorer.open({ text: await file.text(), name: file.name });
}

export function Gone({ explorer }) {
  return html`<div class="gone" role="alert">${explorer.host.stopped}</div>`;
}

/** Another page of this server opened another study. */
export function Elsewhere({ explorer }) {
  return html`<div class="gone" role="alert"><b>Another study was opened elsewhere.</b> The numbers below are those of the last answer.${" "}
    <button onClick=${() => explorer.openAgain()}>open this one again</button></div>`;
}

/** A study that does not open: its faults beside the lines of its text, and what else can be opened. */
export function Faults({ explorer }) {
  const { faults, faulty: { source, text }, study } = explorer.state;
  const name = source?.name ?? source?.id ?? "This study";
  const at = new Set(faults.map((fault) => fault.line));
  const lines = text ? text.replace(/\n$/, "").split("\n") : [];
  return html`
    <main class="faults">
      <h1>${name} has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}</h1>
      <ul>${faults.map((fault) => html`<li>${fault.line && html`<button class="link" onClick=${() => showLine(explorer, fault.line)}>line ${fault.line}</button>`} ${fault.message}</li>`)}</ul>
      <div class="head"><${Openers} explorer=${explorer} source=${source} />
        ${source && !source.text && html`<button onClick=${() => explorer.openAgain()}>open it again</button>`}
        ${study && html`<button onClick=${() => explorer.set({ faults: null })}>back to ${study.study.id}</button>`}</div>
      ${lines.length > 0 && html`<pre class="text">${lines.map((line, k) => html`<span id=${`line-${k + 1}`} class=${at.has(k + 1) ? "faulty" : ""}><i>${k + 1}</i> ${line}${"\n"}</span>`)}</pre>`}
    </main>`;
}

function showLine(explorer, line) {
  explorer.root.getElementById(`line-${line}`)?.scrollIntoView({ block: "center" });
}

const KEYS = [
  ["/", "find an input, or a record"], ["j k", "next, previous input"], ["arrows", "move a curve or a mark by 1 %; with Shift by 10 %"], ["l", "lock the input"],
  ["e", "edit its law"], ["u", "undo"], ["Shift u", "redo"], ["1-9", "output"], ["[ ]", "label before, after"], ["g", "to the marks A and B"], ["s", "settle"], ["x", "to what is taken away"], ["m", "the model, and back"], ["c", "compare, and back"], ["b", "the library, and back"], ["?", "this"],
];

export function Keys({ close }) {
  const closing = useRef(null);
  useEffect(() => closing.current.focus(), []);
  return html`<div class="over" role="dialog" aria-modal="true" aria-label="Keys"><div>
    <h2>Keys</h2><dl>${KEYS.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)}</dl>
    <button ref=${closing} onClick=${close}>close</button></div></div>`;
}

/** What a key does; each is also something that can be clicked. */
export function keyPressed(explorer, event, help) {
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey || !explorer.state.study) return;
  const row = event.target.closest?.(".row");
  const { root, state: { study } } = explorer;
  const does = {
    "/": () => root.getElementById("find")?.focus(),
    j: () => step(root, row, 1),
    k: () => step(root, row, -1),
    l: () => row?.querySelector(".lock")?.click(),
    e: () => edit(row),
    u: () => explorer.undo(),
    U: () => explorer.redo(),
    g: () => root.querySelector(".grabber")?.focus(),
    s: () => explorer.settle(),
    x: () => root.querySelector(".take button")?.focus(),
    c: () => explorer.show(explorer.state.view === "compare" ? "explorer" : "compare"),
    m: () => explorer.show(explorer.state.view === "model" ? "explorer" : "model"),
    b: () => explorer.show(explorer.state.view === "library" ? "explorer" : "library"),
    "?": help,
    "[": () => nextLabel(explorer, -1),
    "]": () => nextLabel(explorer, 1),
  }[event.key];
  const digit = Number(event.key);
  if (does) does();
  else if (digit >= 1 && digit <= study.outputs.length) explorer.showOutput(study.outputs[digit - 1].id);
  else return;
  event.preventDefault();
}

function step(root, row, by) {
  const rows = [...root.querySelectorAll(".rows .row")];
  const next = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(row) + by))];
  next?.querySelector(".body")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function edit(row) {
  const title = row?.querySelector(".title");
  if (title?.getAttribute("aria-expanded") === "false") title.click();
  setTimeout(() => row?.querySelector(".field input")?.focus(), 0);
}

function nextLabel(explorer, by) {
  const { study, labels } = explorer.state;
  const dim = study.dims.find((own) => explorer.outputNow.dims.includes(own.id) && own.id !== "scenario");
  if (!dim) return;
  const at = dim.labels.indexOf(labels[dim.id]) + by;
  explorer.showLabel(dim.id, dim.labels[(at + dim.labels.length) % dim.labels.length]);
}

const STEPS = [
  [".answer", "This is the answer: what it is on average, and the interval that holds 95 % of all draws."],
  [".inputs", "These are its inputs, first the one that drives the spread most. Drag a curve, or an end of it: the answer follows."],
  [".drivers", "This is what drives it. Click one to see its draws."],
  [".changes", "Here is what you changed and what it did. Take it away as a study file, a link or a picture."],
];

/** Four things that a first-time user is shown, once. */
export function Tour({ explorer }) {
  const [at, setAt] = useState(() => (seen() ? STEPS.length : 0));
  useEffect(() => {
    const { root } = explorer;
    root.querySelectorAll(".shown").forEach((element) => element.classList.remove("shown"));
    if (at >= STEPS.length) return remember();
    const target = root.querySelector(STEPS[at][0]);
    target?.classList.add("shown");
    target?.scrollIntoView({ block: "nearest" });
  }, [at]);
  if (at >= STEPS.length) return null;
  return html`<aside class="tour" role="status"><p><b>${at + 1} of ${STEPS.length}</b> ${STEPS[at][1]}</p>
    <button onClick=${() => setAt(at + 1)}>${at + 1 < STEPS.length ? "next" : "begin"}</button>
    ${at + 1 < STEPS.length && html`<button class="link" onClick=${() => setAt(STEPS.length)}>skip</button>`}</aside>`;
}

const SEEN = "mcsus: tour";

function seen() {
  try {
    return Boolean(localStorage.getItem(SEEN));
  } catch {
    return true;
  }
}

function remember() {
  try {
    localStorage.setItem(SEEN, "seen");
  } catch {
    // a browser that keeps nothing shows it again
  }
}

