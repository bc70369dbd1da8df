// What was changed, with the effect of each, and the ways to take it away.

import { gesture } from "../changes.js";
import { capital, changeBy, number, plain, unit } from "../numbers.js";
import { cellAt, download, html, useState } from "./base.js";

export function Changes({ explorer }) {
  const { changes, shot, study, fine, output, labels } = explorer.state;
  const titles = new Map(study.inputs.map((input) => [input.id, input]));
  const effects = fine && shot?.changes === changes.length ? shot.changes_alone : null;
  const together = fine ? cellAt(shot?.together?.[output], labels) : null;
  const of = unit(explorer.outputNow.unit);
  return html`
    <section class="panel changes" aria-labelledby="changes-title">
      <header><h2 id="changes-title">Changes${changes.length ? ` (${changes.length})` : ""}</h2>
        ${changes.length > 0 && html`<button onClick=${() => explorer.reset()}>change all back</button>`}</header>
      ${!changes.length && html`<p class="note">None yet: drag a curve, or open an input and type its law.</p>`}
      <ol>${changes.map((change, k) => {
        const effect = cellAt(effects?.[k]?.effect?.[output], labels);
        return html`<li><span>${capital(titles.get(change.input)?.title ?? change.input ?? change.name)}: ${words(change, titles.get(change.input))}</span>
          <span class="n">${effect ? `${effect.mean > 0 ? "+" : ""}${number(effect.mean, 2)} ${of}` : ""}</span>
          <button onClick=${() => explorer.removeChange(k)} aria-label="Take this change back">undo</button></li>`;
      })}
      ${changes.length > 1 && together ? html`<li><b>both or all together</b><span class="n">${together.mean > 0 ? "+" : ""}${number(together.mean, 2)} ${of} (${changeBy(together.ratio)})</span></li>` : ""}</ol>
      <${TakeAway} explorer=${explorer} />
    </section>`;
}

function words(change, input) {
  const own = unit(input?.unit);
  const at = [...Object.values(change.labels ?? {}), change.scenario].filter(Boolean).map(plain).join(", ");
  const told = {
    scale: () => `× ${number(change.scale)}`,
    shift: () => `${change.shift > 0 ? "+" : ""}${number(change.shift)} ${own}`,
    spread: () => `spread × ${number(change.spread)}`,
    ends: () => `90 % between ${number(change.ends[0])} and ${number(change.ends[1])} ${own}`,
    lock: () => (typeof change.lock === "number" ? `locked at ${number(change.lock)} ${own}` : `locked at its ${change.lock} value`),
    library: () => change.library,
    law: () => change.law,
    table: () => change.table.distribution,
    formula: () => change.formula,
    add: () => "added",
  }[gesture(change)]();
  return at ? `${told} (${at})` : told;
}

function TakeAway({ explorer }) {
  const { study } = explorer.state;
  const [said, setSaid] = useState("");
  const name = study.study.id;
  const copy = async (text, what) => {
    await navigator.clipboard.writeText(text);
    setSaid(`${what} copied`);
  };
  const file = async () => download(`${name}.toml`, await explorer.studyFile(), "application/toml");
  const link = () => (explorer.address ? copy(`${location.origin}/#${explorer.address}`, "Link") : setSaid("Too much for a link: take the study file"));
  return html`
    <div class="take">
      <button onClick=${file}>study file</button>
      <button onClick=${link}>copy link</button>
      <button onClick=${() => download(`${name}.csv`, csv(explorer), "text/csv")}>CSV</button>
      <button onClick=${() => saveSvg(name)}>SVG</button>
      <button onClick=${() => savePng(name)}>PNG</button>
      <button onClick=${() => copy(sentence(explorer), "Sentence")}>copy sentence</button>
      <span role="status" class="note">${said}</span>
    </div>`;
}

/** A sentence to cite. */
export function sentence(explorer) {
  const { study, shot, output, labels, changes } = explorer.state;
  const settled = explorer.settledNow;
  const cell = cellAt((settled?.shot ?? shot).outputs[output], labels);
  const own = explorer.outputNow;
  const interval = cell.intervals.at(-1);
  const value = cell.mean ? `${number(cell.mean.value)} ${unit(own.unit)} on average` : `${number(cell.median.value)} ${unit(own.unit)} (median)`;
  const at = Object.values(cell.labels).map(plain).join(", ");
  const draws = settled ? `${study.design.replicates} × ${study.design.draws} draws, digest ${settled.shot.digest}` : `preview of ${shot.replicates} × ${shot.draws} draws`;
  const changed = changes.length ? ` with ${changes.length} change${changes.length > 1 ? "s" : ""}` : "";
  return `${capital(own.title)}${at ? ` (${at})` : ""}: ${value}, 95 % interval ${number(interval.low)} to ${number(interval.high)} ${unit(own.unit)}; study ${study.study.id}${changed}, mcsus ${study.mcsus}, ${draws}.`;
}

/** What the page shows, as a table; a text that a spreadsheet would take for a formula is guarded. */
export function csv(explorer) {
  const { shot, output } = explorer.state;
  const cells = (explorer.settledNow?.shot ?? shot).outputs[output];
  const dims = Object.keys(cells[0].labels);
  const head = [...dims, "unit", "mean", "error", ...cells[0].intervals.flatMap(({ level }) => [`low ${level}`, `high ${level}`])];
  const rows = cells.map((cell) => [...dims.map((dim) => cell.labels[dim]), explorer.outputNow.unit, cell.mean?.value, cell.mean?.error, ...cell.intervals.flatMap(({ low, high }) => [low, high])]);
  return [head, ...rows].map((row) => row.map(guarded).join(",")).join("\n") + "\n";
}

function guarded(value) {
  if (typeof value === "number") return String(value);
  const text = String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const KEPT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family"];

/** The figure of the answer by itself, with the looks that the page gives it. */
function figure() {
  const shown = document.getElementById("answer-figure");
  if (!shown) return null;
  const copy = shown.cloneNode(true);
  const originals = [shown, ...shown.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, k) => {
    const style = getComputedStyle(originals[k]);
    for (const name of KEPT) element.setAttribute(name, style.getPropertyValue(name));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return { text: new XMLSerializer().serializeToString(copy), width: shown.clientWidth || Number(shown.getAttribute("width")), height: Number(shown.getAttribute("height")) };
}

function saveSvg(name) {
  const own = figure();
  if (own) download(`${name}.svg`, own.text, "image/svg+xml");
}

function savePng(name) {
  const own = figure();
  if (!own) return;
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * own.width, 2 * own.height];
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => download(`${name}.png`, blob));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(own.text)}`;
}
