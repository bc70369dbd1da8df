// Puts the page together, wherever it is drawn.

import { Gone as Unanswered } from "./ask.js";
import { Explorer } from "./explorer.js";
import { html, render, shownCell, useEffect, useRef, useState } from "./views/base.js";
import { Answer } from "./views/answer.js";
import { Changes } from "./views/changes.js";
import { Claims, verdict } from "./views/claims.js";
import { Drivers, MadeOf } from "./views/drivers.js";
import { Elsewhere, Faults, Gone, Head, Keys, Tour, keyPressed, openFile } from "./views/frame.js";
import { Inputs } from "./views/inputs.js";
import { Library } from "./views/library.js";
import { CardView } from "./views/card.js";
import { Compare } from "./views/compare.js";
import { Model } from "./views/model.js";
import { unit } from "./numbers.js";
import { STILL, ends, middle, range, varies } from "./readings.js";

const VIEWS = { explorer: Explored, model: Model, compare: Compare, library: Library, card: CardView };

function App({ explorer }) {
  const { study, faults, gone, elsewhere } = explorer.state;
  const [keys, setKeys] = useState(false);
  const shown = useRef(keys);
  shown.current = keys;
  useEffect(() => {
    const pressed = (event) => (event.key === "Escape" ? escaped() : keyPressed(explorer, event, () => setKeys(true)));
    const escaped = () => (shown.current ? setKeys(false) : explorer.state.view === "card" && explorer.show("explorer"));
    explorer.root.addEventListener("keydown", pressed);
    return () => explorer.root.removeEventListener("keydown", pressed);
  }, []);
  if (faults) return html`<${Faults} explorer=${explorer} />`;
  if (!study) return html`<main class="begin"><p>${gone ? html`<${Gone} explorer=${explorer} />` : "opening ..."}</p></main>`;
  const Shown = VIEWS[explorer.state.view] ?? Explored;
  return html`
    <div class=${`view-${explorer.state.view} ${gone || elsewhere ? "stale" : ""}`}>
      ${gone ? html`<${Gone} explorer=${explorer} />` : elsewhere && html`<${Elsewhere} explorer=${explorer} />`}
      <${Head} explorer=${explorer} help=${() => setKeys(true)} />
      <${Brief} explorer=${explorer} />
      <${Refusal} explorer=${explorer} />
      <${Lost} explorer=${explorer} />
      <${Shown} explorer=${explorer} />
      <${Spoken} explorer=${explorer} />
      ${keys && html`<${Keys} close=${() => setKeys(false)} />`}
      ${Shown === Explored && html`<${Tour} explorer=${explorer} />`}
    </div>`;
}

function Explored({ explorer }) {
  return html`
    <main class="explorer">
      <div class="right"><${Answer} explorer=${explorer} /><div class="pair"><${Drivers} explorer=${explorer} /><${MadeOf} explorer=${explorer} /></div><${Claims} explorer=${explorer} /></div>
      <div class="left"><${Inputs} explorer=${explorer} /><${Changes} explorer=${explorer} /></div>
    </main>
    <${Cautions} explorer=${explorer} />`;
}

/** On a phone: the answer and the verdicts in one line that stays. */
function Brief({ explorer }) {
  const { study } = explorer.state;
  const cell = shownCell(explorer);
  if (!cell) return null;
  return html`<p class="brief" aria-hidden="true"><b>${middle(cell)}</b> ${unit(explorer.outputNow.unit)}${" "}
    (${varies(cell) ? ends(cell).join(" to ") : STILL}) ${study.claims.map((claim) => verdict(explorer, claim)).filter(Boolean).map(({ mark, told }) => html`<span class=${told.verdict}><i class="mark">${mark}</i></span>`)}</p>`;
}

/** A change that was refused and belongs to no input that is shown. */
function Refusal({ explorer }) {
  const { refused, elsewhere } = explorer.state;
  if (!refused || elsewhere) return null;
  return html`<div class="refused" role="alert">${refused.faults.map((fault) => html`<p>${fault.message}</p>`)}
    <p class="note">What is shown is the last state that could be drawn. <button onClick=${() => explorer.undo()}>undo</button></p></div>`;
}

/** What of the address could not be read. */
function Lost({ explorer }) {
  const { lost } = explorer.state;
  if (!lost.length) return null;
  return html`<div class="refused" role="alert"><p>The ${lost.join(" and ")} in the address of this page could not be read: the study is shown without them.</p>
    <p class="note"><button onClick=${() => explorer.set({ lost: [] })}>good</button></p></div>`;
}

function Cautions({ explorer }) {
  const cautions = explorer.state.shot?.cautions ?? [];
  if (!cautions.length) return null;
  return html`<details class="cautions"><summary>${cautions.length} ${cautions.length === 1 ? "caution" : "cautions"}</summary><ul>${cautions.map((caution) => html`<li>${caution.text}</li>`)}</ul></details>`;
}

/** The answer for those who listen, once a pause. */
function Spoken({ explorer }) {
  const cell = explorer.state.fine ? shownCell(explorer) : null;
  return html`<p class="hidden" aria-live="polite">${cell?.mean ? `mean ${middle(cell)} ${unit(explorer.outputNow.unit)}, ${range(cell)}` : ""}</p>`;
}

/**
 * Draws the page into an element, and returns what it knows.
 *
 * A host is what is around it: `element`, `read()` and `write(shown)` for what restores what is
 * shown, `stopped` (what is said when nobody answers), and where there are such things
 * `link(shown)`, an address, and `print()`.
 */
export function mount(server, host) {
  let waits = false;
  const draw = () => {
    waits = false;
    render(html`<${App} explorer=${explorer} />`, host.element);
    host.element.getBoundingClientRect(); // laid out while the next frame is waited for, and not in it
  };
  const explorer = new Explorer(server, host, () => {
    if (!waits) queueMicrotask(draw);
    waits = true;
  });
  draw();
  explorer.begin().catch((error) => explorer.set(error instanceof Unanswered ? { gone: true } : { faults: error.faults ?? [{ message: error.message }], faulty: {} }));
  const over = (event) => event.preventDefault();
  const dropped = (event) => {
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    if (explorer.state.view === "compare") explorer.comparison.openFile(file);
    else openFile(explorer, file);
  };
  explorer.root.addEventListener("dragover", over);
  explorer.root.addEventListener("drop", dropped);
  return explorer;
}
