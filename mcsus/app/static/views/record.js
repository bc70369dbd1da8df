// One record of the library: its law beside those of other sources, where it comes from, who uses it.

import { d3, area, density, line, stretch, valueAt } from "../shapes.js";
import { capital, number, percent, plain, unit } from "../numbers.js";
import { Axis } from "./answer.js";
import { lawRows } from "../tables.js";
import { CsvButton, html, rankingOf, useEffect, useMemo, useState, useWidth } from "./base.js";
import { Sources } from "./sources.js";

const HEIGHT = 170;
const BASE = 130;
const MOST_OVER = 3;
const FAR = 30;
const SAME = 1.01;
const QUANTILES = [0.025, 0.25, 0.5, 0.75, 0.975];

export function Record({ explorer, id }) {
  const { shelf } = explorer;
  const row = shelf.byId.get(id);
  const [whole, setWhole] = useState(null);
  const [over, setOver] = useState([]);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (row) shelf.record(id).then(setWhole, (error) => setSaid(error.message));
  }, [id]);
  const others = useMemo(() => (row ? shelf.like(row) : []), [id]);
  if (!row) return html`<section class="panel record none"><p class="note">${id ? `The library has no record ${id}.` : "Choose a record: here stand its curve, what its source printed, how the law follows from it, and what other sources say."}</p></section>`;
  if (!whole) return html`<section class="panel record"><h2>${capital(row.name)}</h2><p class="note" role="status">${said || "reading ..."}</p></section>`;
  return html`
    <section class="panel record" aria-labelledby="record-title">
      <header><h2 id="record-title">${capital(whole.name ?? id)}</h2><button class="to-list" onClick=${() => explorer.show("library", null)}>back to the list</button></header>
      <p class="note"><code>${id}</code> · ${[whole.stage && plain(whole.stage), whole.kind, whole.place, whole.year].filter(Boolean).join(" · ")} · evidence: <b>${whole.evidence}</b></p>
      <${Figure} explorer=${explorer} whole=${whole} over=${over} others=${others} />
      <${Use} explorer=${explorer} whole=${whole} said=${said} say=${setSaid} />
      <${Others} explorer=${explorer} row=${row} others=${others} over=${over} setOver=${setOver} />
      <dl class="told">
        <dt>As printed</dt><dd>${whole.printed || "the source is cited for it; its figures are not kept"}</dd>
        <dt>Derivation</dt><dd>${whole.derivation}</dd>
        ${whole.rationale && html`<dt>Rationale</dt><dd>${whole.rationale}</dd>`}
        ${whole.note && html`<dt>Note</dt><dd>${whole.note}</dd>`}
        <dt>Sources</dt><dd>${whole.sources.length ? html`<${Sources} sources=${whole.sources} />` : "none: it is assumed"}</dd>
        <dt>Used in</dt><dd><${UsedIn} explorer=${explorer} whole=${whole} /></dd>
      </dl>
    </section>`;
}

/** The curves on one axis, in a unit that can be chosen. */
function Figure({ explorer, whole, over, others }) {
  const [ref, width] = useWidth(480);
  const { shelf } = explorer;
  const units = new Map([[whole.unit, whole.factor], ...others.map((row) => [row.unit, row.factor]), ...sameUnits(shelf, whole)]);
  const [shownIn, setShownIn] = useState(whole.unit);
  const by = units.get(shownIn);
  const laws = [whole, ...over].map((own) => ({ id: own.id, law: own.law, times: own.factor / by }));
  const drawn = laws.map(({ id, law, times }) => ({ id, p: law.curve.p, x: law.curve.x.map((x) => x * times), constant: law.low === law.high }));
  const ends = [d3.min(drawn, (own) => own.x[2]), d3.max(drawn, (own) => own.x.at(-3))];
  const log = ends[0] > 0 && ends[1] / ends[0] > FAR;
  const tables = drawn.map((own) => (log ? { ...own, x: own.x.map((x) => Math.log10(Math.max(x, ends[0] / FAR))) } : own));
  const reach = stretch(tables, 0.005);
  const shown = log || ends[0] < 0 ? reach : [Math.max(0, reach[0]), reach[1]];
  const linear = d3.scaleLinear(shown, [12, width - 12]);
  const x = log ? d3.scaleLog(shown.map((end) => 10 ** end), [12, width - 12]) : linear;
  const law = whole.law;
  const times = whole.factor / by;
  return html`
    <div class="numbers-line"><span><b>${number(law.typical * times)}</b> typical</span>
      ${law.low !== law.high && html`<span>90 % between <b>${number(law.low * times)}</b> and <b>${number(law.high * times)}</b></span><span>mean ${number(law.mean === null ? null : law.mean * times)}, sd ${number(law.sd === null ? null : law.sd * times)}</span>`}
      ${units.size > 1 ? html`<label>in <select value=${shownIn} onChange=${(event) => setShownIn(event.target.value)}>${[...units.keys()].map((own) => html`<option value=${own}>${unit(own)}</option>`)}</select></label>` : html`<span>${unit(whole.unit)}</span>`}</div>
    <p class="note">${law.words} <${CsvButton} name="these curves" rows=${() => lawRows(drawn, shownIn)} /></p>
    ${law.low !== law.high && html`<p class="note">${QUANTILES.map((share) => html`<span class="quantile">${100 * share} %: <b>${number(valueAt(law.curve, share) * times)}</b></span> `)}</p>`}
    <div ref=${ref} class="drawing"><svg class="over-figure" width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} role="img" aria-label=${`${whole.name}${over.length ? ` beside ${over.length} of other sources` : ""}, ${unit(shownIn)}`}>
      <${Axis} x=${x} y=${BASE} width=${width} label=${`${unit(shownIn)}${log ? ", logarithmic" : ""}`} />
      ${tables.map((own, k) => html`<${Curve} own=${own} k=${k} x=${linear} shown=${shown} />`)}
    </svg>
    ${over.length > 0 && html`<ol class="key">${[whole, ...over].map((own, k) => html`<li><svg width="30" height="12" aria-hidden="true"><line class=${`curve-${k}`} x1="0" x2="30" y1="6" y2="6" /></svg> ${own.id}</li>`)}</ol>`}</div>`;
}

function sameUnits(shelf, whole) {
  return shelf.rows.filter((row) => row.dimension === whole.dimension).map((row) => [row.unit, row.factor]);
}

function Curve({ own, k, x, shown }) {
  if (own.constant) return html`<line class=${`curve-${k}`} x1=${x(own.x[0])} x2=${x(own.x[0])} y1="14" y2=${BASE} /><circle class=${`dot-${k}`} cx=${x(own.x[0])} cy="14" r="4" />`;
  const points = density(own, shown);
  const y = d3.scaleLinear([0, d3.max(points, (point) => point[1]) || 1], [BASE, 14]);
  return html`${k === 0 && html`<path class="area" d=${area(points, x, y, BASE)} />`}<path class=${`curve-${k}`} d=${line(points, x, y)} />`;
}

/** Other sources on the same thing, each with how far it is away. */
function Others({ explorer, row, others, over, setOver }) {
  if (!others.length) return html`<h3>Disagrees with</h3><p class="note">No other source in the library has a record of the same dimension with a like name.</p>`;
  const told = others.map((other) => ({ other, ...compared(row, other) }));
  const apart = told.filter((own) => own.apart).length;
  const toggle = async (id) => {
    if (over.some((own) => own.id === id)) return setOver(over.filter((own) => own.id !== id));
    const whole = await explorer.shelf.record(id);
    setOver([...over, whole].slice(-MOST_OVER));
  };
  return html`
    <h3>${heading(apart, others.length)}</h3>
    <div class="wide"><table class="others"><thead><tr><th>overlay</th><th>record</th><th class="n">median</th><th>ranges</th></tr></thead>
      <tbody>${told.map(({ other, ratio, apart: differs }) => html`<tr>
        <td><input type="checkbox" aria-label=${`Overlay ${other.id}`} checked=${over.some((own) => own.id === other.id)} onChange=${() => toggle(other.id)} /></td>
        <td><button class="link" onClick=${() => explorer.show("library", other.id)}>${capital(other.name)}</button> <span class="note">${other.cited}</span><br />
          ${other.x[1] === other.x.at(-2) ? number(other.x[1]) : `${number(other.x[1])} to ${number(other.x.at(-2))}`} ${unit(other.unit)}</td>
        <td class="n">${Number.isFinite(ratio) ? `× ${number(ratio)}` : ""}</td>
        <td>${differs ? html`<b>apart</b>` : "alike"}</td></tr>`)}</tbody></table></div>
    <p class="note">Apart: the median of neither lies in the 90 % range of the other. Up to ${MOST_OVER} are drawn over the curve above, each to its own height.</p>`;
}

function heading(apart, all) {
  if (apart) return `Disagrees with ${apart} of ${all} other ${all === 1 ? "source" : "sources"}`;
  return all === 1 ? "Agrees with the one other source" : `Agrees with all ${all} other sources`;
}

/** How the median of a record stands to that of another, and whether their ranges miss both. */
export function compared(row, other) {
  const times = other.factor / row.factor;
  const [mine, theirs] = [row.x, other.x.map((x) => x * times)];
  const misses = (range, value) => value < range[1] / SAME || value > range.at(-2) * SAME;
  return { ratio: theirs[4] / mine[4], apart: misses(mine, theirs[4]) && misses(theirs, mine[4]) };
}

async function openStudy(explorer, id) {
  await explorer.open({ id });
  explorer.show("explorer");
}

function UsedIn({ explorer, whole }) {
  const { study } = explorer.state;
  const { ranking } = rankingOf(explorer);
  const here = study.inputs.filter((input) => input.library === whole.id);
  const share = (input) => ranking?.ST[ranking.inputs.indexOf(input.id)];
  if (!whole.used_in.length && !here.length) return "no study that ships, nor the one that is open";
  return html`
    ${here.map((input) => html`<p><b>the study that is open</b>: ${capital(input.title)}${share(input) === undefined ? "" : `, ${share(input) < 0.005 ? "under 1 %" : percent(share(input))} of its variance`}</p>`)}
    <ul class="sources">${whole.used_in.map((use) => html`<li><button class="link" onClick=${() => openStudy(explorer, use.study)} title="open this study">${use.study}</button> as ${use.inputs.map(plain).join(", ")}</li>`)}</ul>`;
}

/** What is taken from a record: its id, its law, or all of it for an input of the study. */
function Use({ explorer, whole, said, say }) {
  const { study } = explorer.state;
  const fitting = explorer.shelf.inputsFor(explorer.shelf.byId.get(whole.id), study.inputs);
  const [chosen, setChosen] = useState(null);
  const named = fitting.find((input) => input.id === chosen) ?? fitting[0];
  const copy = async (text, what) => {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  };
  const use = () => {
    explorer.change({ input: named.id, library: whole.id });
    say(`${capital(named.title)} has this law now`);
  };
  return html`
    <div class="take">
      <button onClick=${() => copy(whole.id, "Id")}>copy id</button>
      <button onClick=${() => copy(whole.law.toml, "TOML")}>copy TOML</button>
      ${fitting.length
        ? html`<label>use for <select value=${named.id} onChange=${(event) => setChosen(event.target.value)}>${fitting.map((input) => html`<option value=${input.id}>${capital(input.title)}</option>`)}</select></label>
          <button class="use" onClick=${use}>use in this study</button>`
        : html`<span class="note">no input of ${study.study.id} has this dimension</span>`}
      <span role="status" class="note">${said}</span>
    </div>`;
}
