// What was changed, with the effect of each, and the ways to take it away.

import { gesture } from "../changes.js";
import { capital, known, levelText, number, plain, unit } from "../numbers.js";
import { STILL, bounds, ends, inPercent, middle, varies } from "../readings.js";
import { changeRows } from "../tables.js";
import { TakeWhole } from "./whole.js";
import { CsvButton, cellAt, csv, download, html, useState } from "./base.js";

export function Changes({ explorer }) {
  const { changes, shot, study, fine, output, labels } = explorer.state;
  const titles = new Map(study.inputs.map((input) => [input.id, input]));
  const effects = fine && shot?.changes === changes.length ? shot.changes_alone : null;
  const together = fine ? cellAt(shot?.together?.[output], labels) : null;
  const of = unit(explorer.outputNow.unit);
  const told = changes.map((change, k) => ({ words: words(change, titles.get(change.input)), effect: cellAt(effects?.[k]?.effect?.[output], labels) }));
  return html`
    <section class="panel changes" aria-labelledby="changes-title">
      <header><h2 id="changes-title">Changes${changes.length ? ` (${changes.length})` : ""}</h2>
        ${changes.length > 0 && html`<span><${CsvButton} name="changes" rows=${() => changeRows(changes, told, explorer.outputNow.unit)} /> <button onClick=${() => explorer.reset()}>change all back</button></span>`}</header>
      ${!changes.length && html`<p class="note">None yet: drag a curve, or open an input and type its law.</p>`}
      <ol>${changes.map((change, k) => {
        const { effect } = told[k];
        const name = capital(titles.get(change.input)?.title ?? change.input ?? change.name);
        return html`<li><span>${name}: ${told[k].words}
            <${Why} of=${name} given=${change.rationale} take=${(text) => explorer.giveReason(k, text)} /></span>
          <span class="n">${effect ? `${moved(effect)} ${of}` : ""}</span>
          <button onClick=${() => explorer.removeChange(k)} aria-label="Take this change back">undo</button></li>`;
      })}
      ${changes.length > 1 && together ? html`<li><b>together</b><span class="n">${moved(together)} ${of}${inPercent(together.mean, together.ratio) && ` (${inPercent(together.mean, together.ratio)})`}</span></li>` : ""}</ol>
      ${changes.length > 1 && effects && html`<p class="note">Each by itself, beside the study as it was opened: to the mean that is shown.</p>`}
      <${TakeAway} explorer=${explorer} />
    </section>`;
}

function moved({ mean, error }) {
  return `${mean > 0 ? "+" : ""}${known(mean, error)}`;
}

function Why({ of, given = "", take }) {
  const [text, setText] = useState(given);
  return html`<input class="why" aria-label=${`Why ${of} is changed`} placeholder="why? for the study file" value=${text} onInput=${(event) => setText(event.target.value)} onChange=${() => take(text)} />`;
}

export function words(change, input) {
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
    add: () => (typeof change.add === "string" ? `added, ${change.add}` : "added"),
  }[gesture(change)]();
  return at ? `${told} (${at})` : told;
}

function TakeAway({ explorer }) {
  const { study, changes } = explorer.state;
  const [said, setSaid] = useState("");
  const [scenario, setScenario] = useState("");
  const name = study.study.id;
  const copy = async (text, what) => {
    await navigator.clipboard.writeText(text);
    setSaid(`${what} copied`);
  };
  const saved = (asScenario) => async () => {
    try {
      download(`${name}.toml`, await explorer.studyFile(asScenario), "application/toml");
      setSaid(asScenario ? "The scenario is in the study file" : "");
    } catch (error) {
      setSaid(error.message);
    }
  };
  const link = () => {
    const address = explorer.host.link(explorer.restored);
    if (address) copy(address, "Link");
    else setSaid("Too much for a link: take the study file");
  };
  return html`
    <div class="take">
      <button onClick=${saved(null)}>study file</button>
      ${explorer.host.link && html`<button onClick=${link}>copy link</button>`}
      <button onClick=${() => download(`${name}.csv`, csv(answerRows(explorer)), "text/csv")}>CSV</button>
      <button onClick=${() => saveSvg(explorer, name)}>SVG</button>
      <button onClick=${() => png(explorer, (blob) => download(`${name}.png`, blob))}>PNG</button>
      <button onClick=${() => png(explorer, copyPicture(setSaid))}>copy picture</button>
      <button onClick=${() => copy(sentence(explorer), "Sentence")}>copy sentence</button>
      <span role="status" class="note">${said}</span>
    </div>
    ${explorer.settledNow && html`<div class="take whole"><span>of the settled run:</span><${TakeWhole} explorer=${explorer} /></div>`}
    ${changes.length > 0 && html`<form class="take" onSubmit=${(event) => { event.preventDefault(); saved(scenario)(); }}>
      <label>as a scenario <input value=${scenario} required placeholder="its name, such as Greener grid" onInput=${(event) => setScenario(event.target.value)} /></label><button>save</button></form>`}`;
}

/** A sentence to cite. */
export function sentence(explorer) {
  const { study, shot, output, labels, changes } = explorer.state;
  const settled = explorer.settledNow;
  const cell = cellAt((settled?.shot ?? shot).outputs[output], labels);
  const own = explorer.outputNow;
  const value = `${middle(cell)} ${unit(own.unit)}`.trim();
  const told = varies(cell)
    ? `${value} ${cell.mean ? "on average" : "(median)"}, ${levelText(cell.intervals.at(-1).level)} interval ${ends(cell).join(" to ")} ${unit(own.unit)}`.trim()
    : `${value}, ${STILL}`;
  const names = explorer.between(own);
  const open = cell.bounds ? `; over all that is known to lie between two numbers: ${bounds(cell)}` : "; what is known to lie between two numbers stands half way between them";
  const at = Object.values(cell.labels).map(plain).join(", ");
  const draws = settled ? `${settled.shot.replicates} × ${settled.shot.draws} draws, digest ${settled.shot.digest}` : `preview of ${shot.replicates} × ${shot.draws} draws`;
  const changed = changes.length ? ` with ${changes.length} change${changes.length > 1 ? "s" : ""}` : "";
  return `${capital(own.title)}${at ? ` (${at})` : ""}: ${told}${names.length ? open : ""}; study ${study.study.id}${changed}, mcsus ${study.mcsus}, ${draws}.`;
}

/** The cells of the answer as a table. */
export function answerRows(explorer) {
  const { shot, output } = explorer.state;
  const cells = (explorer.settledNow?.shot ?? shot).outputs[output];
  const dims = Object.keys(cells[0].labels);
  const hasBounds = cells.some((cell) => cell.bounds);
  const head = [...dims, "unit", "mean", "error", ...cells[0].intervals.flatMap(({ level }) => [`low ${level}`, `high ${level}`]), "varies", ...(hasBounds ? ["lowest mean", "highest mean", "lowest low", "highest high"] : [])];
  return [head, ...cells.map((cell) => [...dims.map((dim) => cell.labels[dim]), explorer.outputNow.unit, cell.mean?.value, cell.mean?.error, ...cell.intervals.flatMap(({ low, high }) => [low, high]), varies(cell) ? "yes" : "no", ...(hasBounds ? boundsRow(cell) : [])])];
}

function boundsRow({ bounds: told }) {
  return told ? [...(told.mean ?? ["", ""]), told.interval.low, told.interval.high] : [];
}

const KEPT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family"];

/** The figure of the answer by itself, with the looks that the page gives it and what it shows above. */
function figure(explorer) {
  const shown = explorer.root.getElementById("answer-figure");
  if (!shown) return null;
  const copy = shown.cloneNode(true);
  const originals = [shown, ...shown.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, k) => {
    const style = getComputedStyle(originals[k]);
    for (const name of KEPT) element.setAttribute(name, style.getPropertyValue(name));
  });
  const width = Number(shown.getAttribute("width"));
  const told = caption(explorer, width);
  const head = 14 + 17 * told.length;
  const height = Number(shown.getAttribute("height")) + head;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("height", height);
  copy.setAttribute("viewBox", `0 ${-head} ${width} ${height}`);
  told.forEach(([text, size, weight], k) => {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "text");
    Object.entries({ x: 8, y: 18 + 17 * k - head, "font-size": size, "font-weight": weight, "font-family": "DejaVu Sans, Verdana, sans-serif" }).forEach(([name, value]) => line.setAttribute(name, value));
    line.textContent = text;
    copy.append(line);
  });
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

/** Lines of text above a figure, each with its size and weight. */
function caption(explorer, width) {
  const { study, output, labels, shot, changes } = explorer.state;
  const own = explorer.outputNow;
  const at = Object.values(cellAt(shot.outputs[output], labels).labels).map(plain).join(", ");
  const changed = changes.length ? `, ${changes.length} changed` : "";
  const draws = explorer.settledNow ? "settled" : `preview of ${shot.replicates} × ${shot.draws} draws`;
  const date = new Date().toISOString().slice(0, 10);
  const title = `${capital(own.title)}${at ? `, ${at}` : ""} (${unit(own.unit)})`;
  const about = `${study.study.title}${changed}; ${draws}; mcsus ${study.mcsus}, ${date}`;
  return [...wrapped(title, width / 9).map((line) => [line, 13, 700]), ...wrapped(about, width / 6.5).map((line) => [line, 10, 400])];
}

/** Lines of at most so many letters, as far as words allow it. */
function wrapped(text, most) {
  const [first, ...words] = text.split(" ");
  return words.reduce((lines, word) => {
    const longer = `${lines.at(-1)} ${word}`;
    return longer.length > most ? [...lines, word] : lines.with(-1, longer);
  }, [first]);
}

function saveSvg(explorer, name) {
  const own = figure(explorer);
  if (own) download(`${name}.svg`, own.text, "image/svg+xml");
}

/** Hands over the figure as a picture of twice its size. */
function png(explorer, take) {
  const own = figure(explorer);
  if (!own) return;
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * own.width, 2 * own.height];
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(take);
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(own.text)}`;
}

function copyPicture(say) {
  return (blob) => navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]).then(
    () => say("Picture copied"),
    () => say("This browser copies no pictures: take the PNG"),
  );
}
