// What drives the answer, and what it is made of.

import { d3 } from "../shapes.js";
import { capital, known, number, percent, plain, unit } from "../numbers.js";
import { scatterRows } from "../tables.js";
import { Curves } from "./curves.js";
import { Goal } from "./goal.js";
import { Moves } from "./moves.js";
import { CsvButton, cellAt, html, rankingOf, useAnswer, useState } from "./base.js";

const FIRST = 8;
const WAYS = { shares: Shares, curves: Curves, moves: Moves, goal: Goal };

export function Drivers({ explorer }) {
  const { ranking } = rankingOf(explorer);
  const [view, setView] = useState("shares");
  if (!ranking || ranking.ST.every((share) => share === null)) return html`<section class="panel"><h2>What drives it</h2><p class="note">${ranking ? "Nothing that is not known: the output does not vary." : "drawing ..."}</p></section>`;
  const tab = (id, title) => html`<button aria-pressed=${view === id} onClick=${() => setView(id)}>${title}</button>`;
  return html`
    <section class="panel drivers" aria-labelledby="drivers-title">
      <header><h2 id="drivers-title">What drives it</h2>
        <span class="tabs" role="group" aria-label="How it is asked">${tab("shares", "shares")}${tab("curves", "curves")}${tab("moves", "one at a time")}${tab("goal", "what would halve it")}</span></header>
      <${WAYS[view]} explorer=${explorer} ranking=${ranking} />
    </section>`;
}

function Shares({ explorer, ranking }) {
  const { study, labels, fine } = explorer.state;
  const { t, isWhole } = rankingOf(explorer);
  const [scatter, setScatter] = useState(null);
  const titles = new Map(study.inputs.map((input) => [input.id, input.title]));
  const rows = ranking.inputs.slice(0, FIRST).map((id, k) => ({ id, ST: ranking.ST[k], S1: ranking.S1[k], error: ranking.ST_error[k] }));
  return html`
      <p class="note">share of the variance, interactions included; ± holds with 95 %${" "}
        <${CsvButton} name="drivers" rows=${() => [["input", "ST", "error", "S1", "error"], ...ranking.inputs.map((id, k) => [id, ranking.ST[k], ranking.ST_error[k], ranking.S1[k], ranking.S1_error[k]])]} /></p>
      <ol class="bars">
        ${rows.map((row) => html`<li key=${row.id} class=${explorer.state.highlighted === row.id ? "lit" : ""}
            onPointerEnter=${() => explorer.highlight(row.id)} onPointerLeave=${() => explorer.highlight(null)}>
          <button class="title" title="show its draws" onClick=${() => setScatter(scatter === row.id ? null : row.id)} aria-expanded=${scatter === row.id}>${capital(titles.get(row.id) ?? row.id)}</button>
          <span class="bar"><i style=${{ width: `${clip(row.ST)}%` }}></i><i class="alone" style=${{ width: `${clip(row.S1)}%` }}></i>
            <i class="whisker" style=${{ left: `${clip(row.ST - t * row.error)}%`, width: `${clip(row.ST + t * row.error) - clip(row.ST - t * row.error)}%` }}></i></span>
          <span class="n">${row.ST === null ? "not known" : `${row.ST.toFixed(2)} ± ${Math.max(0.01, t * row.error).toFixed(2)}`}</span>
          ${scatter === row.id && html`<${Scatter} explorer=${explorer} input=${row.id} changes=${explorer.state.changes} labels=${labels} />`}
        </li>`)}
      </ol>
      <p class="note">Dark: by itself. ${order(rows, titles, t)} ${isWhole ? "Of the whole run." : explorer.settledNow ? "Of the preview: the whole run has none of this kind." : ""}${isWhole || fine ? "" : " Being drawn."}</p>`;
}

function clip(share) {
  return 100 * Math.max(0, Math.min(1, share));
}

/** Whether the first input is told from the second by more than the errors. */
function order(rows, titles, t) {
  if (rows.length < 2) return "";
  const [first, second] = rows;
  const apart = (first.ST - second.ST) / Math.hypot(first.error, second.error, 1e-12);
  return apart > t ? `${capital(titles.get(first.id) ?? first.id)} comes first, clearly.` : "Which of the first two comes first is not settled.";
}

const SIZE = { width: 420, height: 220, left: 52, base: 186 };

function Scatter({ explorer, input, changes, labels }) {
  const told = useAnswer(() => explorer.scatter(input), [input, JSON.stringify(changes), JSON.stringify(labels)]);
  if (!told) return html`<p class="note">drawing ...</p>`;
  const inner = (values) => {
    const sorted = values.toSorted((a, b) => a - b);
    return [d3.quantileSorted(sorted, 0.005), d3.quantileSorted(sorted, 0.995)];
  };
  const x = d3.scaleLinear(inner(told.x), [SIZE.left, SIZE.width - 10]).clamp(true);
  const y = d3.scaleLinear(inner(told.y), [SIZE.base, 8]).clamp(true);
  const claim = Object.values(told.claims ?? {})[0];
  const band = d3.area().x((_, k) => x(told.trend.x[k])).y0((_, k) => y(told.trend.low[k])).y1((_, k) => y(told.trend.high[k]));
  return html`
    <div class="drawing"><svg class="scatter" viewBox=${`0 0 ${SIZE.width} ${SIZE.height}`} width="100%" role="img" aria-label=${`${plain(input)} against the output, draw by draw`}>
      ${told.x.map((value, k) => html`<circle cx=${x(value)} cy=${y(told.y[k])} r="1.3" class=${claim && !claim[k] ? "fails" : "holds"} />`)}
      <path class="band wide" d=${band(told.trend.x)} />
      <path class="line" d=${d3.line().x((_, k) => x(told.trend.x[k])).y((_, k) => y(told.trend.mean[k]))(told.trend.x)} />
      <g class="ticks">
        ${x.ticks(5).map((tick) => html`<text x=${x(tick)} y=${SIZE.base + 16} text-anchor="middle">${number(tick)}</text>`)}
        ${y.ticks(4).map((tick) => html`<text x=${SIZE.left - 6} y=${y(tick) + 4} text-anchor="end">${number(tick)}</text>`)}
        <text x=${SIZE.width - 4} y=${SIZE.base + 31} text-anchor="end" class="soft">${capital(input)}, ${unit(told.unit_x)}</text>
      </g></svg>
      <p class="note">The line is the mean of the output at that value, the band 90 % of it.${claim ? " Orange: the first claim fails." : ""} <${CsvButton} name="these draws" rows=${() => scatterRows(told, input)} /></p></div>`;
}

export function MadeOf({ explorer }) {
  const { shot, output, labels } = explorer.state;
  const own = explorer.outputNow;
  const cell = cellAt(shot?.outputs?.[output], labels);
  if (!cell?.breakdown?.length) return null;
  const titles = new Map(own.breakdown.map((part) => [part.id, part.title]));
  const most = d3.max(cell.breakdown, (part) => Math.abs(part.mean)) || 1;
  return html`
    <section class="panel made-of" aria-labelledby="made-title">
      <header><h2 id="made-title">Made of</h2><span class="note">means, ${unit(own.unit)}</span>
        <${CsvButton} name="made of" rows=${() => [["part", "mean", "error", "unit"], ...cell.breakdown.map((part) => [part.id, part.mean, part.error, own.unit])]} /></header>
      <ol class="bars">${cell.breakdown.map((part) => html`<li key=${part.id}>
        <button class="title" title="how it is worked out" onClick=${() => explorer.explain(part.id, [own.id, part.id])}>${capital(titles.get(part.id) ?? part.id)}</button>
        <span class=${`bar ${part.mean < 0 ? "below" : ""}`}><i style=${{ width: `${(100 * Math.abs(part.mean)) / most}%` }}></i></span>
        <span class="n">${known(part.mean, part.error)}</span></li>`)}</ol>
      <p class="note">${shareLine(cell, titles)}</p>
    </section>`;
}

function shareLine(cell, titles) {
  if (!cell.mean || cell.breakdown.some((part) => part.mean < 0)) return "";
  const first = cell.breakdown.toSorted((a, b) => b.mean - a.mean)[0];
  return `${capital(titles.get(first.id) ?? first.id)} is ${percent(first.mean / cell.mean.value)} of the mean.`;
}
