// The library: records found by words, dimension, stage, evidence and year, and one of them whole.

import { d3 } from "../shapes.js";
import { inUnitOf } from "../shelf.js";
import { capital, number, plain, unit } from "../numbers.js";
import { recordRows } from "../tables.js";
import { CsvButton, Steady, html, useAnswer, useEffect, useState } from "./base.js";
import { Record } from "./record.js";

const FIRST = 25;
const CURVE = { width: 132, height: 26, base: 21 };
const WIDE_RATIO = 20;

export function Library({ explorer }) {
  const { shelf } = explorer;
  const { record, sought } = explorer.state;
  const [most, setMost] = useState(FIRST);
  useEffect(() => void shelf.read(), []);
  const key = JSON.stringify(sought);
  const answer = useAnswer(() => shelf.find(sought).then((found) => ({ found, key })), [key, Boolean(shelf.rows)], Boolean(shelf.rows));
  if (!answer) return html`<main class="begin"><p role="status">reading the library ...</p></main>`;
  const { found } = answer;
  const shown = found.slice(0, most);
  const seek = (patch) => {
    setMost(FIRST);
    explorer.seek(patch);
  };
  const axis = axisOf(shown);
  return html`
    <main class=${`library ${record ? "chosen" : ""}`}>
      <section class="panel found" aria-labelledby="library-title">
        <header><h2 id="library-title">Library</h2>
          <input id="find" type="search" placeholder="words, such as germany 2024  /" aria-label="Find a record" value=${sought.words} onInput=${(event) => seek({ words: event.target.value })} onKeyDown=${intoList} /> <${CsvButton} name="all that match" rows=${() => recordRows(found)} /></header>
        <${Facets} shelf=${shelf} sought=${sought} seek=${seek} />
        <p class="note" role="status">${shelf.rows.length.toLocaleString("en")} records, ${found.length === shelf.rows.length ? "all" : found.length.toLocaleString("en")} match${axis ? `; all on one ${axis.log ? "logarithmic " : ""}axis, ${number(axis.stretch[0], 2)} to ${number(axis.stretch[1], 2)} ${unit(axis.of.unit)}` : ""}</p>
        <ol class="records" aria-busy=${answer.key !== key} onKeyDown=${amongRows}>
          ${shown.map((row) => html`<${Found} key=${row.id} row=${row} axis=${axis} axisKey=${axis?.key ?? ""} chosen=${row.id === record} choose=${() => choose(explorer, row.id)} />`)}
        </ol>
        ${shown.length < found.length && html`<button class="more" onClick=${() => setMost(most + 2 * FIRST)}>${(found.length - shown.length).toLocaleString("en")} more</button>`}
      </section>
      <${Record} key=${record} explorer=${explorer} id=${record} />
    </main>`;
}

function choose(explorer, id) {
  explorer.show("library", id);
  setTimeout(() => {
    const record = explorer.root.querySelector(".record");
    if (record && getComputedStyle(record).position === "static") record.scrollIntoView(); // one column
  }, 50);
}

function Facets({ shelf, sought, seek }) {
  const year = (text) => (/^\d{4}$/.test(text) ? Number(text) : null);
  const one = (key, title, options) => html`<label>${title} <select value=${sought[key]} onChange=${(event) => seek({ [key]: event.target.value })}>
    <option value="">all</option>${options.map(([value, text]) => html`<option value=${value}>${text}</option>`)}</select></label>`;
  return html`
    <div class="facets" role="group" aria-label="Narrow the list">
      ${one("dimension", "unit like", shelf.dimensions.map((own) => [own.dimension, `${own.unit === "1" ? "a plain number" : unit(own.unit)} (${own.count.toLocaleString("en")})`]))}
      ${one("stage", "stage", shelf.stages.map((stage) => [stage, plain(stage)]))}
      ${one("evidence", "evidence", shelf.evidence.map((grade) => [grade, grade]))}
      <label>year from <input class="year" inputmode="numeric" maxlength="4" value=${sought.from ?? ""} onInput=${(event) => seek({ from: year(event.target.value) })} /></label>
      <label>to <input class="year" inputmode="numeric" maxlength="4" value=${sought.to ?? ""} onInput=${(event) => seek({ to: year(event.target.value) })} /></label>
    </div>`;
}

function intoList(event) {
  if (event.key !== "ArrowDown") return;
  event.preventDefault();
  event.currentTarget.getRootNode().querySelector(".records button")?.focus();
}

/** Arrow keys go from row to row; the one above the first is the field. */
function amongRows(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const rows = [...event.currentTarget.querySelectorAll("button")];
  const at = rows.indexOf(event.target) + by;
  (rows[Math.min(at, rows.length - 1)] ?? event.currentTarget.getRootNode().getElementById("find")).focus();
}

class Found extends Steady {
  render({ row, axis, chosen, choose: take }) {
    const [low, high] = [row.x[1], row.x.at(-2)];
    return html`<li class=${chosen ? "lit" : ""}><button aria-current=${chosen ? "true" : null} onClick=${take}>
      <span class="what"><b>${capital(row.name)}</b><span class="note">${row.id}</span></span>
      <${Small} row=${row} axis=${axis} />
      <span class="numbers"><span class="n">${low === high ? number(low) : `${number(low)} to ${number(high)}`} ${unit(row.unit)}</span>
        <span class="note">${[row.evidence, row.year, row.cited].filter(Boolean).join(" · ")}</span></span>
    </button></li>`;
  }

  shouldComponentUpdate(next) {
    return ["row", "axisKey", "chosen"].some((key) => next[key] !== this.props[key]);
  }
}

/** The axis of rows of one dimension: logarithmic where they lie far apart. */
export function axisOf(rows) {
  const of = rows[0];
  if (rows.length < 2 || rows.some((row) => row.dimension !== of.dimension)) return null;
  const all = rows.flatMap((row) => inUnitOf(row, of)).filter((x) => x !== null);
  const [low, high] = d3.extent(all);
  const above = all.filter((x) => x > 0);
  const log = low >= 0 && above.length > 0 && high / d3.min(above) > WIDE_RATIO;
  const stretch = log ? [d3.min(above), high] : low >= 0 && low < high / 2 ? [0, high] : [low, high];
  return stretch[0] < stretch[1] ? { of, log, stretch, key: JSON.stringify([of.unit, log, stretch]) } : null;
}

/** A law as a small curve of few quantiles: where it lies among the others, else its shape alone. */
function Small({ row, axis }) {
  const { width, height, base } = CURVE;
  const values = axis ? inUnitOf(row, axis.of) : row.x;
  const [low, high] = axis?.stretch ?? [values[0], values.at(-1)];
  const x = (axis?.log ? d3.scaleLog([low, high], [5, width - 5]) : d3.scaleLinear([low, high], [5, width - 5])).clamp(true);
  const constant = low === high || values[0] === values.at(-1);
  const at = (value) => (low === high ? width / 2 : x(value));
  const marks = values.map(at);
  return html`<svg class="law small" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} aria-hidden="true">
    <line class="axis" x1="0" x2=${width} y1=${base} y2=${base} />
    ${!constant && html`<path class="curve" d=${rough(marks)} /><line class="range" x1=${marks[1]} x2=${marks.at(-2)} y1=${base} y2=${base} />`}
    <circle class="point" cx=${marks[4]} cy=${base} r=${constant ? 4.5 : 3} /></svg>`;
}

const SHARES = [0.045, 0.1, 0.15, 0.2, 0.2, 0.15, 0.1, 0.045];

/** The density between quantiles, as a curve through the middles of their stretches. */
function rough(marks) {
  const parts = SHARES.map((share, k) => [(marks[k] + marks[k + 1]) / 2, share / Math.max(0.5, marks[k + 1] - marks[k])]);
  const y = d3.scaleLinear([0, d3.max(parts, (part) => part[1])], [CURVE.base, 2]);
  const points = [[marks[0], 0], ...parts, [marks.at(-1), 0]];
  return d3.area().x((point) => point[0]).y0(CURVE.base).y1((point) => y(point[1])).curve(d3.curveMonotoneX)(points);
}
