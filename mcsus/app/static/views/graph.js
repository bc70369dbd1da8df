// The graph of the model: what leads to the output, and how much of its variance passes through each quantity.

import { layered } from "../layers.js";
import { capital, percent } from "../numbers.js";
import { d3 } from "../shapes.js";
import { Labels, OutputChoice } from "./answer.js";
import { html, rankingOf, useWidth } from "./base.js";

const NODE = { width: 118, height: 40 };
const SIZES = { columnWidth: 158, rowHeight: 54, nodeHeight: NODE.height };
const LEAST_SHARE = 0.01;
const LEAST_PASSED = 0.003;
const PHONE = 560;
const WIDEST = 26;

/** What is drawn of the model: what rests on inputs with a hundredth of the variance or more and lets some through; and what is left out. */
function drawn(explorer, passes) {
  const { output } = explorer.state;
  const { behind } = explorer;
  const { ranking } = rankingOf(explorer);
  const all = behind.upstream(output);
  const inputs = [...all].filter((name) => !behind.terms(name).length);
  if (!ranking) return { names: [...all].filter((name) => behind.terms(name).length), rest: inputs.length };
  const own = behind.matters(all, ranking);
  const lets = (name) => !behind.terms(name).length || !passes.known || Math.abs(passes.of(name)?.value ?? 0) >= LEAST_PASSED;
  const names = [...all].filter((name) => name === output || (own.get(name) >= LEAST_SHARE && lets(name)));
  const rest = inputs.filter((name) => !names.includes(name));
  return { names, rest: rest.length, carried: d3.sum(rest, (name) => own.get(name)) };
}

export function Graph({ explorer, means, node, choose }) {
  const [ref, width] = useWidth(900);
  const passes = passing(explorer, means);
  const own = { ...drawn(explorer, passes), passes };
  return html`
    <section class="panel graph" aria-labelledby="graph-title">
      <header><h2 id="graph-title">What leads to <${OutputChoice} explorer=${explorer} /></h2></header>
      <${Labels} explorer=${explorer} own=${explorer.outputNow} />
      <p class="note">${passes.reason ? `Lines have one width: of ${explorer.outputNow.title} no shares are told, as ${passes.reason}.` : "A line is as wide as the share of the variance that passes along it: how much the output goes together with what it loses where the quantity that the line comes from is held at its mean there."}
        ${own.rest > 0 && ` And ${own.rest} more inputs${own.carried === undefined ? "" : `, each below 1 % by total order, ${percent(own.carried)} together`}.`}</p>
      <div ref=${ref} class="wide" tabindex=${width < PHONE ? null : 0} role="group" aria-label="Graph of the model">
        ${width < PHONE ? html`<${Indented} explorer=${explorer} own=${own} name=${explorer.state.output} to=${null} node=${node} choose=${choose} seen=${new Set()} />`
          : html`<${Picture} explorer=${explorer} own=${own} node=${node} choose=${choose} />`}
      </div>
    </section>`;
}

function Picture({ explorer, own, node, choose }) {
  const { behind } = explorer;
  const { output } = explorer.state;
  const share = (name, to) => (own.passes.reason ? 0.05 : Math.min(1, Math.abs(own.passes.along(name, to)?.value ?? 0)));
  const found = layered(own.names, (name) => behind.terms(name), output, share, SIZES);
  const [width, height] = [found.width + NODE.width + 8, found.height + 8];
  const path = d3.line().curve(d3.curveBumpX);
  return html`
    <svg id="model-figure" width=${width} height=${height} viewBox=${`-4 -4 ${width} ${height}`} role="group" aria-label="Inputs to the left, the output to the right">
      ${found.chains.map((chain) => html`<path class=${`edge ${touches(chain, node) ? "lit" : ""}`} stroke-width=${Math.max(1, WIDEST * chain.weight)} d=${path(points(chain))} />`)}
      ${found.nodes.map((one) => html`<${Box} key=${one.name} one=${one} kind=${one.name === output ? "output" : behind.terms(one.name).length ? "equation" : "input"}
        told=${own.passes.words(own.passes.of(one.name), "through it")} title=${titleOf(explorer, one.name)} chosen=${one.name === node} choose=${choose} />`)}
    </svg>`;
}

function touches({ from, to }, node) {
  return from.name === node || to.name === node;
}

/** The points of a line: out of the right of a box, through the columns, into the left of another. */
function points({ points: all }) {
  return all.flatMap((point, k) => {
    const left = [point.x, point.y];
    const right = [point.x + NODE.width, point.y];
    if (k === 0) return [right];
    return k === all.length - 1 ? [left] : [left, right];
  });
}

function Box({ one, kind, told, title, chosen, choose }) {
  const lines = wrapped(title);
  const pressed = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(one.name);
  };
  const top = one.y - NODE.height / 2;
  return html`
    <g class=${`box ${kind} ${chosen ? "chosen" : ""}`} role="button" tabindex="0" aria-pressed=${chosen} aria-label=${`${title}, ${kind}${told && `, ${told}`}`}
       onClick=${() => choose(one.name)} onKeyDown=${pressed}>
      <title>${title}${told && `: ${told}`}</title>
      <rect x=${one.x} y=${top} width=${NODE.width} height=${NODE.height} rx=${kind === "input" ? 20 : 3} />
      ${lines.map((text, k) => html`<text x=${one.x + NODE.width / 2} y=${one.y + 4 + 13 * (k - (lines.length - 1) / 2)} text-anchor="middle">${`${text} `}</text>`)}
    </g>`;
}

/** A title in two lines at most. */
function wrapped(title, most = 17) {
  const lines = [""];
  for (const word of title.split(" ")) {
    if (lines.at(-1) && `${lines.at(-1)} ${word}`.length > most) lines.push("");
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  const shown = lines.length > 2 ? [lines[0], `${lines[1]} …`] : lines;
  return shown.map((text) => (text.length > most + 2 ? `${text.slice(0, most)}…` : text));
}

/** On a phone: the output, what it follows from, and so on down. */
function Indented({ explorer, own, name, to, node, choose, seen }) {
  const again = seen.has(name);
  seen.add(name);
  const share = (term) => own.passes.along(term, name)?.value ?? 0;
  const passed = to ? own.passes.along(name, to) : own.passes.of(name);
  const terms = again ? [] : explorer.behind.terms(name).filter((term) => own.names.includes(term)).toSorted((a, b) => share(b) - share(a));
  return html`
    <ul class="indented"><li>
      <button class="link" aria-pressed=${name === node} onClick=${() => choose(name)}>${titleOf(explorer, name)}</button>${" "}
      <span class="n">${passed ? shareText(passed) : ""}</span>${again && explorer.behind.terms(name).length ? html` <span class="note">as above</span>` : ""}
      ${passed && html`<${ShareBar} share=${passed.value} />`}
      ${terms.map((term) => html`<${Indented} explorer=${explorer} own=${own} name=${term} to=${name} node=${node} choose=${choose} seen=${seen} />`)}
    </li></ul>`;
}

/** What passes of the variance through each quantity, and in words. */
export function passing(explorer, means) {
  const told = means?.of_output ?? {};
  const of = (name) => told.shares?.[name];
  const along = (name, to) => told.terms?.[to]?.[name];
  const output = explorer.outputNow.title;
  const words = (share, through) => (share ? `${shareText(share)}${share.error ? ` ± ${percent(told.t * share.error)}` : ""} of the variance of ${output} passes ${through}` : "");
  return { of, along, words, reason: told.reason, known: Boolean(told.shares && !told.reason) };
}

/** A share, of which no more is told than is known. */
export function shareText({ value, error }) {
  return Math.abs(value) < Math.max(2 * error, 0.0005) ? "about 0" : percent(value);
}

/** A share as a bar; one below 0 is another colour. */
export function ShareBar({ share }) {
  return html`<span class=${`bar ${share < 0 ? "below" : ""}`}><i style=${{ width: `${Math.min(100, 100 * Math.abs(share))}%` }}></i></span>`;
}

/** The title of an equation or an input. */
export function titleOf(explorer, name) {
  const input = explorer.state.study.inputs.find((own) => own.id === name);
  return capital(explorer.behind.equations.get(name)?.title ?? input?.title ?? name);
}
