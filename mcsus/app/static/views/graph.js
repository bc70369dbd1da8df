// The graph of the model: what leads to the output, and how much of the variance comes along.

import { layered } from "../layers.js";
import { capital, percent } from "../numbers.js";
import { d3 } from "../shapes.js";
import { Labels, OutputChoice } from "./answer.js";
import { cellAt, html, useWidth } from "./base.js";

const NODE = { width: 118, height: 40 };
const SIZES = { columnWidth: 158, rowHeight: 54, nodeHeight: NODE.height };
const LEAST_SHARE = 0.01;
const PHONE = 560;
const WIDEST = 26;

/** What is drawn of the model: that with a hundredth of the variance or more, and what is left out. */
export function drawn(explorer) {
  const { shot, output, labels } = explorer.state;
  const { behind } = explorer;
  const ranking = cellAt(shot?.ranking?.[output], labels);
  const all = behind.upstream(output);
  const inputs = [...all].filter((name) => !behind.terms(name).length);
  if (!ranking) return { names: [...all].filter((name) => behind.terms(name).length), shares: new Map(), rest: inputs.length };
  const shares = behind.shares(all, ranking);
  const names = [...all].filter((name) => name === output || shares.get(name) >= LEAST_SHARE);
  const rest = inputs.filter((name) => !names.includes(name));
  return { names, shares, rest: rest.length, carried: d3.sum(rest, (name) => shares.get(name)) };
}

export function Graph({ explorer, node, choose }) {
  const [ref, width] = useWidth(900);
  const own = drawn(explorer);
  return html`
    <section class="panel graph" aria-labelledby="graph-title">
      <header><h2 id="graph-title">What leads to <${OutputChoice} explorer=${explorer} /></h2></header>
      <${Labels} explorer=${explorer} own=${explorer.outputNow} />
      <p class="note">A line is as wide as the share of the variance of all inputs that come along it, interactions included; what two ways have in common is in both.
        ${own.rest > 0 && ` And ${own.rest} more inputs${own.carried === undefined ? "" : `, each below 1 %, that carry ${percent(own.carried)}`}.`}</p>
      <div ref=${ref} class="wide" tabindex=${width < PHONE ? null : 0} role="group" aria-label="Graph of the model">
        ${width < PHONE ? html`<${Indented} explorer=${explorer} own=${own} name=${explorer.state.output} node=${node} choose=${choose} seen=${new Set()} />`
          : html`<${Picture} explorer=${explorer} own=${own} node=${node} choose=${choose} />`}
      </div>
    </section>`;
}

function Picture({ explorer, own, node, choose }) {
  const { behind } = explorer;
  const { output } = explorer.state;
  const share = (name) => own.shares.get(name) ?? 0.05;
  const found = layered(own.names, (name) => behind.terms(name), output, share, SIZES);
  const [width, height] = [found.width + NODE.width + 8, found.height + 8];
  const path = d3.line().curve(d3.curveBumpX);
  return html`
    <svg id="model-figure" width=${width} height=${height} viewBox=${`-4 -4 ${width} ${height}`} role="group" aria-label="Inputs to the left, the output to the right">
      ${found.chains.map((chain) => html`<path class=${`edge ${touches(chain, node) ? "lit" : ""}`} stroke-width=${Math.max(1, WIDEST * chain.weight)} d=${path(points(chain))} />`)}
      ${found.nodes.map((one) => html`<${Box} key=${one.name} one=${one} kind=${one.name === output ? "output" : behind.terms(one.name).length ? "equation" : "input"}
        share=${own.shares.get(one.name)} title=${titleOf(explorer, one.name)} chosen=${one.name === node} choose=${choose} />`)}
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

function Box({ one, kind, share, title, chosen, choose }) {
  const lines = wrapped(title);
  const pressed = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(one.name);
  };
  const top = one.y - NODE.height / 2;
  return html`
    <g class=${`box ${kind} ${chosen ? "chosen" : ""}`} role="button" tabindex="0" aria-pressed=${chosen} aria-label=${`${title}, ${kind}${share === undefined ? "" : `, ${percent(share)} of the variance`}`}
       onClick=${() => choose(one.name)} onKeyDown=${pressed}>
      <title>${title}${share === undefined ? "" : `: ${percent(share)} of the variance`}</title>
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
function Indented({ explorer, own, name, node, choose, seen }) {
  const again = seen.has(name);
  seen.add(name);
  const share = (term) => own.shares.get(term) ?? 0;
  const terms = again ? [] : explorer.behind.terms(name).filter((term) => own.names.includes(term)).toSorted((a, b) => share(b) - share(a));
  return html`
    <ul class="indented"><li>
      <button class="link" aria-pressed=${name === node} onClick=${() => choose(name)}>${titleOf(explorer, name)}</button>${" "}
      <span class="n">${own.shares.has(name) ? percent(own.shares.get(name)) : ""}</span>${again && explorer.behind.terms(name).length ? html` <span class="note">as above</span>` : ""}
      ${own.shares.has(name) && html`<span class="bar"><i style=${{ width: `${100 * share(name)}%` }}></i></span>`}
      ${terms.map((term) => html`<${Indented} explorer=${explorer} own=${own} name=${term} node=${node} choose=${choose} seen=${seen} />`)}
    </li></ul>`;
}

/** The title of an equation or an input. */
export function titleOf(explorer, name) {
  const input = explorer.state.study.inputs.find((own) => own.id === name);
  return capital(explorer.behind.equations.get(name)?.title ?? input?.title ?? name);
}
