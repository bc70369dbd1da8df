// Laws of the library in the place of an input's: only those of its dimension, best founded first.

import { withChange } from "../changes.js";
import { capital, number, unit } from "../numbers.js";
import { html, useAnswer, useEffect, useRef, useState } from "./base.js";

const MOST = 8;

/**
 * What a field that searches the library needs: arrow keys show a law in the place of the input's,
 * Enter takes it, Esc or leaving puts back what was there.
 */
export function useSwap(explorer, input, words, wanted, done) {
  const { shelf } = explorer;
  const [at, setAt] = useState(-1);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (wanted && !shelf.rows) shelf.read().then(() => redraw((count) => count + 1));
  }, [wanted]);
  const ready = wanted && Boolean(shelf.rows);
  const key = `${input.id} ${words}`;
  const answer = useAnswer(() => shelf.candidates(input, words).then((found) => ({ found, key })), [key, ready], ready);
  const isFresh = answer?.key === key;
  const waiting = useRef([]); // keys that came before what they are about
  const found = wanted && answer ? answer.found : [];
  const shown = found.slice(0, MOST);
  const preview = (k) => {
    setAt(k);
    explorer.drag(withChange(explorer.dragged ?? explorer.state.changes, explorer.of(input, { library: shown[k].id })));
  };
  const take = (k) => {
    if (at !== k) preview(k);
    explorer.drop();
    setAt(-1);
    done();
  };
  const restore = () => {
    waiting.current = [];
    if (at >= 0) explorer.restore();
    setAt(-1);
  };
  const act = (key) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (by && shown.length) preview((at + by + shown.length + (at < 0 && by < 0 ? 1 : 0)) % shown.length);
    else if (key === "Enter" && shown.length && (at >= 0 || words.trim())) take(Math.max(at, 0));
    else return false;
    return true;
  };
  useEffect(() => {
    if (wanted && isFresh && waiting.current.length) act(waiting.current.shift());
  });
  const keys = (event) => {
    if (wanted && !isFresh && ["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) waiting.current.push(event.key);
    else if (event.key === "Escape" && wanted) {
      restore();
      done();
    } else if (!wanted || !act(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { at, found, shown, take, restore, keys, reading: wanted && !answer };
}

/** The records that were found for an input. */
export function Candidates({ id, input, swap }) {
  const { found, shown, at, reading } = swap;
  if (reading) return html`<p class="note" role="status">reading the library ...</p>`;
  return html`
    <p class="note" role="status">${found.length ? `${found.length.toLocaleString("en")} with a unit like ${unit(input.unit) || "a plain number"}: arrow keys try one, Enter takes it (the first, if none is tried), Esc puts back` : "no record of this dimension has these words"}</p>
    <ul class="candidates" id=${id} role="listbox" aria-label="Records of the library">
      ${shown.map((row, k) => html`<li id=${`${id}-${k}`} role="option" aria-selected=${k === at} onPointerDown=${(event) => event.preventDefault()} onClick=${() => swap.take(k)}>
        <b>${capital(row.name)}</b> <span class="n">${row.x[1] === row.x.at(-2) ? number(row.x[1]) : `${number(row.x[1])} to ${number(row.x.at(-2))}`} ${unit(row.unit)}</span>
        <span class="note">${[row.id, row.evidence, row.year].filter(Boolean).join(" · ")}</span></li>`)}
    </ul>`;
}

/** What tells a reader of the screen that a field has a list below it. */
export function listed(id, open, swap) {
  return { role: "combobox", "aria-expanded": open && swap.shown.length > 0, "aria-controls": id, "aria-autocomplete": "list", "aria-activedescendant": swap.at >= 0 ? `${id}-${swap.at}` : null };
}

/** A field of words that swaps the law of an input for one of the library. */
export function Swap({ explorer, input }) {
  const [words, setWords] = useState("");
  const [open, setOpen] = useState(false);
  const swap = useSwap(explorer, input, words, open, () => setOpen(false));
  const id = `swap-${input.id}`;
  const leave = () => {
    swap.restore();
    setOpen(false);
  };
  return html`
    <div class="field swap">
      <label for=${id}>swap</label>
      <input id=${id} type="search" value=${words} placeholder="words of a record of the library" autocomplete="off" spellcheck=${false} ...${listed(`${id}-list`, open, swap)}
        onFocus=${() => setOpen(true)} onBlur=${leave} onKeyDown=${(event) => (open ? swap.keys(event) : setOpen(event.key !== "Tab" && event.key !== "Escape"))}
        onInput=${(event) => { swap.restore(); setWords(event.target.value); setOpen(true); }} />
      <button type="button" onClick=${() => { explorer.seek({ words: "", dimension: input.dimension, stage: "", evidence: "", from: null, to: null }); explorer.show("library", input.library); }}>library</button>
      <div class="below">${open ? html`<${Candidates} id=${`${id}-list`} input=${input} swap=${swap} />` : html`<span id=${`${id}-list`}></span>`}</div>
    </div>`;
}
