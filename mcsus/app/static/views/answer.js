// The answer: a density with its ghost of before, its interval, two grabbers, or a fan over a numeric dim.

import { d3, area, density, line, shareBelow, sharesOutside, stretch, table, valueAt } from "../shapes.js";
import { capital, known, levelText, number, percent, plain, unit } from "../numbers.js";
import { STILL, bounds, changed, earlier, ends, middle, often, range, varies } from "../readings.js";
import { curveRows, fanRows } from "../tables.js";
import { answerRows } from "./changes.js";
import { CsvButton, cellAt, dragging, html, shownCell, steady, useEffect, useState, useWidth } from "./base.js";

const HEIGHT = 190;
const BASE = 150;

export function Answer({ explorer }) {
  const { study, shot, output, labels } = explorer.state;
  const own = explorer.outputNow;
  const cells = shot?.outputs?.[output];
  const numeric = own.dims.map((id) => study.dims.find((dim) => dim.id === id)).find((dim) => dim?.numeric);
  const [view, setView] = useState("density");
  const cell = cellAt(cells, labels);
  const shown = shownCell(explorer);
  const views = numeric ? ["density", "cumulative", "fan", "table"] : ["density", "cumulative", "table"];
  const [log, setLog] = useState(false);
  const now = numeric && view === "density" && !explorer.state.chosen ? "fan" : view;
  return html`
    <section class="panel answer" aria-labelledby="answer-title">
      <header>
        <h2 id="answer-title"><${OutputChoice} explorer=${explorer} /> <span class="unit">${unit(own.unit)}</span></h2>
        <span class="tabs" role="group" aria-label="View">${views.map((name) => html`<button aria-pressed=${name === now} onClick=${() => { explorer.set({ chosen: true }); setView(name); }}>${name}</button>`)}
          ${(now === "density" || now === "cumulative") && cell && isAbove0(table(shown.probabilities ?? study.probabilities, shown.quantiles)) && html` <button aria-pressed=${log} onClick=${() => setLog(!log)}>log axis</button>`}
          ${cell && html` <${CsvButton} name="what is drawn" rows=${() => shownRows(now, explorer, cells, shown, numeric)} />`}</span>
      </header>
      <${Labels} explorer=${explorer} own=${own} />
      ${cell ? html`
        <${Sentence} explorer=${explorer} cell=${cell} shown=${shown} own=${own} />
        ${now === "fan" ? html`<${Fan} cells=${explorer.settledNow?.shot.outputs[output] ?? cells} ghosts=${cells} dim=${numeric.id} own=${own} study=${study} explorer=${explorer} />` : ""}
        ${now === "density" || now === "cumulative" ? html`<${Curve} cell=${shown} before=${cell.before} study=${study} own=${own} cumulative=${now === "cumulative"} log=${log} draws=${drawsOf(explorer)} />` : ""}
        ${now === "table" ? html`<${Table} cells=${explorer.settledNow?.shot.outputs[own.id] ?? cells} own=${own} />` : ""}` : html`<p class="note">drawing ...</p>`}
      <${Quality} explorer=${explorer} cell=${cell} />
    </section>`;
}

/** How many draws in all what is shown has. */
function drawsOf({ settledNow, state }) {
  const { replicates, draws } = settledNow?.shot ?? state.shot;
  return replicates * draws;
}

/** What is drawn as a table. */
function shownRows(view, explorer, cells, cell, numeric) {
  const { probabilities } = explorer.state.study;
  const own = cell.probabilities ?? probabilities;
  const of = explorer.outputNow.unit;
  if (view === "table") return answerRows(explorer);
  if (view === "fan") return fanRows(probabilities, explorer.settledNow?.shot.outputs[explorer.state.output] ?? cells, numeric.id, of);
  return curveRows(own, cell, of, cell.probabilities ? null : cell.before?.quantiles);
}

/** The output that is shown, to be chosen where there is more than one. */
export function OutputChoice({ explorer }) {
  const { study, output } = explorer.state;
  return study.outputs.length > 1
    ? html`<${Outputs} explorer=${explorer} outputs=${study.outputs} output=${output} />`
    : capital(explorer.outputNow.title);
}

const Outputs = steady(({ explorer, outputs, output }) => html`
  <select aria-label="Output" value=${output} onChange=${(event) => explorer.showOutput(event.target.value)}>
    ${outputs.map((other) => html`<option value=${other.id}>${capital(other.title)}</option>`)}</select>`);

/** The labels that are shown, to be chosen. */
export function Labels({ explorer, own }) {
  const { study, labels } = explorer.state;
  const dims = own.dims.map((id) => study.dims.find((dim) => dim.id === id)).filter((dim) => dim && dim.id !== "scenario");
  return dims.map((dim) => html`
    <div class="labels" role="group" aria-label=${capital(dim.title)}>
      ${dim.labels.length > 8
        ? html`<label>${capital(dim.title)} <select value=${labels[dim.id]} onChange=${(event) => explorer.showLabel(dim.id, dim.labels[event.target.selectedIndex])}>
            ${dim.labels.map((label) => html`<option value=${label}>${plain(label)}</option>`)}</select></label>`
        : dim.labels.map((label) => html`<button class="chip" aria-pressed=${labels[dim.id] === label} onClick=${() => explorer.showLabel(dim.id, label)}>${capital(label)}</button>`)}
    </div>`);
}

/** The answer in numbers: now, before, and how the one compares with the other on the same draws. */
function Sentence({ explorer, cell, shown, own }) {
  const { before } = cell;
  return html`
    <div class="sentence">
      <p class="now"><button class="big" title="how it is worked out" data-exact=${shown.mean?.value ?? shown.median.value} onClick=${() => explorer.explain(own.id)}>${middle(shown)}</button>
        <span class="what">${unit(own.unit)} ${!varies(shown) ? "" : shown.mean ? "on average" : "half the time below"}</span>
        <span class="range">${varies(shown) ? html`${levelText(shown.intervals.at(-1).level)} interval${" "}<b>${ends(shown).join(" to ")}</b>` : STILL}</span></p>
      ${before && html`<p class="before">before ${earlier(before)} (${varies(before) ? ends(before).join(" to ") : STILL}): <b>${changed(before, own.unit)}</b>, ${often(before)}</p>`}
      ${shown.never > 0 && html`<p class="before">never in ${percent(shown.never)} of draws</p>`}
      <${OfIntervals} explorer=${explorer} shown=${shown} own=${own} />
    </div>`;
}

/** What is known to lie between two numbers: where it stands here, and between what the answer lies. */
function OfIntervals({ explorer, shown, own }) {
  const names = explorer.between(own);
  if (!names.length) return null;
  return html`<p class="before bounds">Numbers of ${names.join(", ")} are only known to lie between two: half way between them here. ${shown.bounds
    ? html`Over all of them: <b>${bounds(shown)}</b>.`
    : "Settle tells bounds over all of them."}</p>`;
}

function Curve({ cell, before, study, own, cumulative, log, draws }) {
  const [ref, width] = useWidth(560);
  const now = table(cell.probabilities ?? study.probabilities, cell.quantiles);
  const ghost = before?.quantiles ? table(study.probabilities, before.quantiles) : null;
  const tables = ghost ? [now, ghost] : [now];
  const onLog = log && tables.every(isAbove0);
  const { x, curves } = onLog ? logarithmic(tables, width, cumulative) : linear(tables, width, cumulative);
  const shown = x.domain();
  const top = cumulative ? 1 : d3.max(curves.flat(), (point) => point[1]);
  const y = d3.scaleLinear([0, top || 1], [BASE, 12]);
  const interval = cell.intervals.at(-1);
  return html`
    <div ref=${ref} class="drawing">
      <svg id="answer-figure" width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} role="img"
           aria-label=${`${capital(own.title)}: ${range(cell)} ${unit(own.unit)}`}>
        <${Axis} x=${x} y=${BASE} width=${width} label=${`${unit(own.unit)}${onLog ? ", logarithmic" : ""}`} />
        ${ghost && html`<path class="ghost" d=${cumulative ? line(curves[1], x, y) : area(curves[1], x, y, BASE)} />`}
        <path class=${cumulative ? "line" : "area"} d=${cumulative ? line(curves[0], x, y) : area(curves[0], x, y, BASE)} />
        <line class="interval" x1=${x(Math.max(shown[0], interval.low))} x2=${x(Math.min(shown[1], interval.high))} y1=${BASE} y2=${BASE} />
        ${cell.mean && html`<circle class="mean" cx=${x(cell.mean.value)} cy=${BASE} r="5" />`}
      </svg>
      ${varies(cell) ? html`<${Grabbers} key=${own.id} now=${now} x=${x} cell=${cell} own=${own} draws=${draws} />` : html`<p class="note">It ${STILL}: every draw is ${middle(cell)} ${unit(own.unit)}.</p>`}
    </div>`;
}

function isAbove0(own) {
  return own.x[0] > 0;
}

/** The axis and the curve of each table. */
function linear(tables, width, cumulative) {
  const shown = stretch(tables);
  return { x: d3.scaleLinear(shown, [12, width - 12]), curves: tables.map((own) => (cumulative ? cumulated : density)(own, shown)) };
}

/** The same on a logarithmic axis: a density is that of the logarithm. */
function logarithmic(tables, width, cumulative) {
  const { x, curves } = linear(tables.map((own) => ({ p: own.p, x: own.x.map(Math.log10) })), width, cumulative);
  return { x: d3.scaleLog(x.domain().map((end) => 10 ** end), [12, width - 12]), curves: curves.map((points) => points.map(([value, share]) => [10 ** value, share])) };
}

function cumulated(own, [low, high]) {
  return d3.range(121).map((k) => low + ((high - low) * k) / 120).map((value) => [value, shareBelow(own, value)]);
}

export function Axis({ x, y, width, label }) {
  const ticks = x.ticks(Math.max(2, Math.floor(width / 90)));
  const text = x.tickFormat(Math.max(2, Math.floor(width / 90)));
  return html`<g class="ticks">
    <line x1="0" x2=${width} y1=${y} y2=${y} />
    ${ticks.map((tick) => html`<g><line x1=${x(tick)} x2=${x(tick)} y1=${y} y2=${y + 5} /><text x=${x(tick)} y=${y + 20} text-anchor=${anchor(x(tick), text(tick), width)}>${text(tick)}</text></g>`)}
    <text x=${width - 4} y=${y + 36} text-anchor="end" class="soft">${label}</text>
  </g>`;
}

/** Where a number stands at its tick: within the picture. */
function anchor(at, text, width) {
  const half = 3.7 * text.length;
  if (at + half > width) return "end";
  return at < half ? "start" : "middle";
}

const NEAR = 0.002;

/** Two marks that are dragged, or whose share is typed: how likely is it between, below and above? */
function Grabbers({ now, x, cell, own, draws }) {
  const interval = cell.intervals.at(-1);
  const [at, setAt] = useState(null);
  const marks = at ?? [interval.low, interval.high];
  const told = at ? at.map((value) => known(value, errorAt(now, shareBelow(now, value), draws))) : ends(cell);
  const tails = [(1 - interval.level) / 2, (1 + interval.level) / 2];
  const near = (share, k) => (!at && Math.abs(share - tails[k]) < NEAR ? tails[k] : share); // a table of few quantiles is coarse
  const outside = sharesOutside(now, ...marks);
  const shares = [near(outside[0], 0), near(1 - outside[1], 1)];
  const [kept, setKept] = useState(null); // the share between, where one mark takes the other along
  const put = (k, value) => {
    if (kept === null) return setAt(marks.with(k, value).sort((a, b) => a - b));
    const other = shareBelow(now, value) + (k ? -kept : kept);
    if (other >= 0 && other <= 1) setAt([0, 1].map((own) => (own === k ? value : valueAt(now, other))));
  };
  const grab = (k) =>
    dragging({ start: () => marks[k], move: (pixels, from) => put(k, x.invert(x(from) + pixels)) });
  const keys = (k) => (event) => {
    const sign = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!sign) return;
    event.preventDefault();
    put(k, x.invert(x(marks[k]) + sign * (event.shiftKey ? 20 : 2)));
  };
  const typed = (k) => (event) => {
    const share = Number(event.target.value) / 100;
    if (share >= 0 && share <= 1) put(k, valueAt(now, k === 0 ? share : 1 - share));
  };
  return html`
    <div class="grabbers">
      ${marks.map((value, k) => html`<button class="grabber" role="slider" style=${{ left: `${Math.max(2, Math.min(x.range()[1] + 10, x(value)))}px` }}
        aria-label=${`Mark ${"AB"[k]}`} aria-valuenow=${value} aria-valuetext=${`${told[k]} ${unit(own.unit)}, ${k ? `${percent(1 - shares[1])} of draws above` : `${percent(shares[0])} of draws below`}`}
        onPointerDown=${grab(k)} onKeyDown=${keys(k)}>${"AB"[k]}</button>`)}
      <p><label>below A <input type="number" min="0" max="100" step="any" value=${tidy(shares[0])} onChange=${typed(0)} /> %</label>
         <b>${percent(Math.max(0, shares[1] - shares[0]))} between ${told[0]} and ${told[1]}</b>
         <label>above B <input type="number" min="0" max="100" step="any" value=${tidy(1 - shares[1])} onChange=${typed(1)} /> %</label>
         <label><input type="checkbox" checked=${kept !== null} onChange=${() => setKept(kept === null ? shares[1] - shares[0] : null)} /> keep the share between</label>
         ${at && html`<button class="link" onClick=${() => setAt(null)}>to the ends of the interval</button>`}</p>
    </div>`;
}

/** The error of the value that a share of so many draws does not pass. */
function errorAt(own, share, draws) {
  const by = Math.sqrt((share * (1 - share)) / draws);
  const [low, middle, high] = [share - by, share, share + by].map((each) => valueAt(own, each));
  return Math.max(high - middle, middle - low);
}

function tidy(share) {
  return Number((100 * share).toPrecision(3));
}

/** An output over a numeric dim: its mean, and half and nearly all of its draws. */
function Fan({ cells, ghosts, dim, own, study, explorer }) {
  const [ref, width] = useWidth(560);
  const rows = cells.map((cell) => ({ at: cell.labels[dim], own: table(cell.probabilities ?? study.probabilities, cell.quantiles) }));
  const before = ghosts[0].before?.quantiles && ghosts.map((cell) => ({ at: cell.labels[dim], own: table(study.probabilities, cell.before.quantiles) }));
  const level = (share, of = rows) => of.map((row) => [row.at, valueAt(row.own, share)]);
  const bands = [[0.025, 0.975], [0.25, 0.75]].map(([low, high]) => level(low).map(([at, value], k) => [at, value, level(high)[k][1]]));
  const left = 56;
  const x = d3.scaleLinear(d3.extent(rows, (row) => row.at), [left, width - 14]);
  const y = d3.scaleLinear([Math.min(0, d3.min(bands[0], (point) => point[1])), d3.max(bands[0], (point) => point[2])], [BASE, 12]).nice(4);
  const band = d3.area().x((point) => x(point[0])).y0((point) => y(point[1])).y1((point) => y(point[2]));
  const chosen = explorer.state.labels[dim];
  return html`
    <div ref=${ref} class="drawing">
      <svg id="answer-figure" width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} role="img" aria-label=${`${capital(own.title)} over ${plain(dim)}`}>
        <g class="ticks">${y.ticks(4).map((tick) => html`<g><line class="grid" x1=${left} x2=${width - 14} y1=${y(tick)} y2=${y(tick)} /><text x=${left - 6} y=${y(tick) + 4} text-anchor="end">${number(tick)}</text></g>`)}
          ${x.ticks(Math.floor(width / 80)).map((tick) => html`<text x=${x(tick)} y=${BASE + 20} text-anchor="middle">${tick}</text>`)}
          <text x=${width - 4} y=${BASE + 36} text-anchor="end" class="soft">${plain(dim)}</text></g>
        <path class="band wide" d=${band(bands[0])} /><path class="band" d=${band(bands[1])} />
        ${before && [0.025, 0.5, 0.975].map((share) => html`<path class="ghost-line" d=${line(level(share, before), x, y)} />`)}
        <path class="line" d=${line(level(0.5), x, y)} />
        ${chosen !== undefined && html`<line class="chosen" x1=${x(chosen)} x2=${x(chosen)} y1="8" y2=${BASE} />`}
      </svg>
      <p class="note">Half of all draws lie in the dark band, 95 % in the light one; the line has half below it.${before ? " Dashed: before." : ""}</p>
    </div>`;
}

function Table({ cells, own }) {
  const dims = Object.keys(cells[0].labels);
  return html`
    <div class="wide"><table>
      <thead><tr>${dims.map((dim) => html`<th>${capital(dim)}</th>`)}<th class="n">mean</th><th class="n">2.5 %</th><th class="n">median</th><th class="n">97.5 %</th>${cells[0].before && html`<th class="n">change</th>`}</tr></thead>
      <tbody>${cells.map((cell) => html`<tr>${dims.map((dim) => html`<th>${plain(cell.labels[dim])}</th>`)}
        <td class="n">${cell.mean ? middle(cell) : "none"}</td>${varies(cell) ? html`<td class="n">${ends(cell)[0]}</td><td class="n">${middle({ median: cell.median })}</td><td class="n">${ends(cell)[1]}</td>` : html`<td class="n" colspan="3">${STILL}</td>`}
        ${cell.before && html`<td class="n">${changed(cell.before, own.unit)}</td>`}</tr>`)}</tbody>
    </table><p class="note">${unit(own.unit)}</p></div>`;
}

const GOALS = [["1%", "until the range is known to 1 %"], ["0.1%", "until it is known to 0.1 %"], ["ranking 1", "until the first input is settled"], ["ranking", "until the first 3 inputs are in order"], ["ranking 5", "until the first 5 are"]];

/** What a whole run goes on until. */
const Until = steady(({ explorer, design, until }) => {
  const { draws, replicates } = design;
  return html`<select aria-label="How long the whole run draws" value=${until} onChange=${(event) => explorer.set({ until: event.target.value })}>
    <option value="">by its own ${replicates} × ${draws.toLocaleString("en")} draws</option>
    ${GOALS.map(([goal, words]) => html`<option value=${goal}>${words}</option>`)}</select>`;
});

/** What the numbers are worth, and the way to those of the whole run. */
function Quality({ explorer, cell }) {
  const { study, shot, settling, saved, changes } = explorer.state;
  if (!shot) return null;
  const settled = explorer.settledNow;
  const error = cell?.mean && Math.abs(cell.mean.error / cell.mean.value) * shot.t;
  const { progress } = settling ?? {};
  return html`
    <p class="quality" role="status">
      ${settled
        ? html`<b class="chip settled">settled</b> ${saved && !changes.length ? "the saved run" : "the whole run"}: ${settled.shot.replicates} × ${settled.shot.draws.toLocaleString("en")} draws; digest <code title=${settled.shot.digest}>${settled.shot.digest?.slice(0, 12)}</code>`
        : html`<b class="chip preview">preview</b> ${shot.replicates} × ${shot.draws.toLocaleString("en")} draws${error ? html`, the mean is within ${number(100 * error, 2)} %` : ""}`}
      ${settling
        ? html` <progress max=${progress?.total ?? 1} value=${progress?.done ?? 0}></progress> ${progress?.doing ?? "begins"} <button onClick=${() => explorer.cancel()}>cancel</button>`
        : html` <${Until} explorer=${explorer} design=${study.design} until=${explorer.state.until} /> <button id="settle" onClick=${() => explorer.settle()}>${settled ? "settle again" : "settle"}</button>`}
      ${settled?.shot.until.map((line) => html` <span class="command">${line}</span>`)}
      ${settled?.shot.command && html` <code class="command">${settled.shot.command}</code>`}
    </p>`;
}

