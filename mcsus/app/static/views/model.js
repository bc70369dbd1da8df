// The model: a number down to its source, and equations that are changed or added.

import { equationRows, termRows } from "../tables.js";
import { capital, known, number, percent, plain, unit } from "../numbers.js";
import { CsvButton, html, useAnswer, useEffect, useRef, useState } from "./base.js";
import { AddEquation, AddInput, EditFormula } from "./formula.js";
import { Graph, ShareBar, passing, shareText, titleOf } from "./graph.js";
import { Details, amount, inputNow, lawAt, lawNow } from "./inputs.js";

const SEEN = 220; // pixels of a panel that tell what it says
const NAME = /([A-Za-z_]\w*)/;

export function Model({ explorer }) {
  const { model, opened, changes, labels, fine, output, trail } = explorer.state;
  useEffect(() => explorer.behind.follow(explorer.state), [opened, changes]);
  const means = useAnswer(() => explorer.means(), [opened, JSON.stringify(changes), JSON.stringify(labels), fine, output], fine);
  if (!model) return html`<main class="model"><p class="note">reading the equations ...</p></main>`;
  const node = trail.at(-1) ?? output;
  const choose = (name) => explorer.explain(name, [...(trail.length ? trail : [output]), name]);
  return html`
    <main class="model">
      <${Explained} key=${node} explorer=${explorer} node=${node} means=${means} choose=${choose} />
      <${Graph} explorer=${explorer} means=${means} node=${node} choose=${(name) => explorer.explain(name, [name])} />
      <${Equations} explorer=${explorer} means=${means} choose=${(name) => explorer.explain(name, [name])} />
    </main>`;
}

/** One quantity: how it is worked out, or where it comes from. */
function Explained({ explorer, node, means, choose }) {
  const { trail, study } = explorer.state;
  const equation = explorer.behind.equations.get(node);
  const input = study.inputs.find((own) => own.id === node);
  const users = explorer.behind.users.get(node) ?? [];
  const panel = useRef(null);
  useEffect(() => {
    const hidden = panel.current.getBoundingClientRect().top > window.innerHeight - SEEN;
    if (hidden && trail.length) panel.current.scrollIntoView({ block: "end" });
  }, []);
  return html`
    <section ref=${panel} class="panel explained" aria-labelledby="explained-title" aria-live="polite">
      ${trail.length > 1 && html`<nav class="trail" aria-label="The way here">${trail.slice(0, -1).map((name, k) => html`<button class="link" onClick=${() => explorer.explain(name, trail.slice(0, k + 1))}>${titleOf(explorer, name)}</button> › `)}</nav>`}
      <header><h2 id="explained-title">${titleOf(explorer, node)} <span class="unit">${unit(equation?.unit ?? input?.unit)}</span></h2></header>
      ${equation && html`<${Worked} explorer=${explorer} equation=${equation} means=${means} choose=${choose} />`}
      ${input && html`<${Source} explorer=${explorer} input=${input} choose=${choose} />`}
      ${users.length > 0 && html`<p class="note">Used by ${users.map((name, k) => html`${k ? ", " : ""}<button class="link" onClick=${() => explorer.explain(name, [name])}>${titleOf(explorer, name)}</button>`)}</p>`}
    </section>`;
}

function Worked({ explorer, equation, means, choose }) {
  const told = means?.means[equation.name];
  const passes = passing(explorer, means);
  const [edits, setEdits] = useState(false);
  return html`
    <p class="now"><${Value} told=${told} level=${means?.level} of=${equation.unit} big /></p>
    <${Formula} explorer=${explorer} equation=${equation} choose=${choose} />
    ${equation.doc && equation.doc.split(/\n\s*\n/).map((text) => html`<p class="note">${text}</p>`)}
    ${edits ? html`<${EditFormula} explorer=${explorer} equation=${equation} close=${() => setEdits(false)} />` : html`<button onClick=${() => setEdits(true)}>edit the formula</button>`}
    <div class="wide"><table class="terms">
      <thead><tr><th>from</th><th>what it is now</th><th>of the variance of ${explorer.outputNow.title} <${CsvButton} name=${`terms of ${equation.name}`} rows=${() => termRows(equation.name, equation.terms, passes.along)} /></th></tr></thead>
      <tbody>${equation.terms.map((name) => html`<tr key=${name}>
        <th><button class="link" onClick=${() => choose(name)}>${titleOf(explorer, name)}</button></th>
        <td><${Now} explorer=${explorer} name=${name} means=${means} /></td>
        <td><${Passed} share=${passes.along(name, equation.name)} words=${passes.words} /></td></tr>`)}</tbody>
    </table></div>
    ${equation.terms.some((name) => passes.along(name, equation.name)) && html`<p class="note">How much of it passes from each of them to ${titleOf(explorer, equation.name)}: the covariance of the output with what it loses where the term is held at its mean, over the variance. Terms of a sum add up; factors of a product each have what they do together.</p>`}`;
}

function Passed({ share, words }) {
  return share && html`<span class="share" title=${words(share, "from here")}><${ShareBar} share=${share.value} /><span class="n">${shareText(share)}</span></span>`;
}

/** A formula in which each quantity leads on. */
export function Formula({ explorer, equation, choose }) {
  const terms = new Set(equation.terms);
  const linked = (text) => text.split(NAME).map((part, k) => (k % 2 && terms.has(part) ? html`<button class="link" onClick=${() => choose(part)}>${part}</button>` : part));
  const scenarios = new Map(explorer.state.study.scenarios.map((own) => [own.id, own.title]));
  return html`
    <p class="formula"><code><b>${equation.name}</b> = ${linked(equation.formula)}</code></p>
    ${Object.entries(equation.scenarios).map(([id, text]) => html`<p class="formula">${scenarios.get(id) ?? plain(id)}: <code><b>${equation.name}</b> = ${linked(text)}</code></p>`)}`;
}

/** What a quantity is now: an equation by its draws, an input by its law. */
function Now({ explorer, name, means }) {
  const equation = explorer.behind.equations.get(name);
  if (equation) return html`<${Value} told=${means?.means[name]} level=${means?.level} of=${equation.unit} />`;
  const input = explorer.state.study.inputs.find((own) => own.id === name);
  if (!input) return null;
  const law = lawNow(explorer.state, input);
  const { evidence } = inputNow(explorer.state, input);
  return html`${amount(law)} ${unit(law.unit)}
    <span class="note">${law.low === law.high ? "constant" : "90 % of its law"}${evidence ? `, ${evidence}` : ""}</span>`;
}

/** Mean and interval of an equation, and at which labels. */
function Value({ told, level, of, big = false }) {
  if (!told) return html`<span class="note">${level ? "not finite in every draw" : "drawing ..."}</span>`;
  const at = Object.values(told.labels).map(plain).join(", ");
  const middle = told.mean ? known(told.mean.value, told.mean.error) : number(told.median);
  return html`<span class=${big ? "big" : ""}>${middle}</span> ${unit(of)}${" "}
    <span class=${big ? "range" : "note"}>${told.mean ? "on average" : "half the time below"}, ${percent(level)} ${number(told.low)} to ${number(told.high)}${at ? `; ${at}` : ""}${told.individuals ? `; ${told.individuals} individuals of each replicate` : ""}</span>`;
}

/** An input: its law as it is now, the figure as it was printed, and where that is from. */
function Source({ explorer, input, choose }) {
  const [record, setRecord] = useState(null);
  const { library, derivation } = inputNow(explorer.state, input);
  useEffect(() => {
    let isShown = true;
    setRecord(null);
    if (library) explorer.shelf.record(library).then((told) => isShown && setRecord(told), () => {});
    return () => (isShown = false);
  }, [library]);
  const law = lawNow(explorer.state, input);
  const terms = explorer.behind.terms(input.id);
  return html`
    <p><b>${amount(law)} ${unit(law.unit)}</b>${law.low === law.high ? "" : " in 90 % of draws"}</p>
    ${record?.printed && html`<p>As printed: <q>${record.printed}</q></p>`}
    ${(record?.derivation || derivation) && html`<p class="note">${record?.derivation || derivation}</p>`}
    ${terms.length > 0 && html`<p class="note">Its law follows from ${terms.map((name, k) => html`${k ? ", " : ""}<button class="link" onClick=${() => choose(name)}>${titleOf(explorer, name)}</button>`)}</p>`}
    <${Details} explorer=${explorer} input=${input} law=${law} before=${lawAt(input.laws, explorer.state.labels)} />`;
}

function Equations({ explorer, means, choose }) {
  const [found, setFound] = useState("");
  const { equations } = explorer.state.model;
  const words = found.toLowerCase().split(/\s+/);
  const shown = equations.filter((own) => words.every((word) => `${own.name} ${own.title} ${own.formula} ${own.doc}`.toLowerCase().includes(word)));
  return html`
    <section class="panel equations" aria-labelledby="equations-title">
      <header><h2 id="equations-title">${equations.length === 1 ? "The equation" : `All ${equations.length} equations`}</h2>
        <input id="find" type="search" placeholder="find  /" aria-label="Find an equation" value=${found} onInput=${(event) => setFound(event.target.value)} />
        <${CsvButton} name="equations" rows=${() => equationRows(shown, means)} /></header>
      <${AddEquation} explorer=${explorer} /><${AddInput} explorer=${explorer} />
      <ol class="rows">${shown.map((own) => html`<li key=${own.name} class="equation">
        <button class="title" onClick=${() => choose(own.name)}>${capital(own.title)}</button>${own.stage ? html` <span class="tag">${plain(own.stage)}</span>` : ""}
        <div><${Value} told=${means?.means[own.name]} level=${means?.level} of=${own.unit} /></div>
        <${Formula} explorer=${explorer} equation=${own} choose=${choose} /></li>`)}</ol>
    </section>`;
}
