// What all views share.

import { Component, h, html, render, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact-htm.js";

export { Component, h, html, render, useEffect, useLayoutEffect, useMemo, useRef, useState };

/** The one cell of an output at the labels that are shown; of numeric dims the one label chosen. */
export function cellAt(cells, labels) {
  const fits = (cell) => Object.entries(cell.labels).every(([dim, label]) => labels[dim] === undefined || labels[dim] === label);
  return cells?.find(fits) ?? cells?.[0] ?? null;
}

/** The cell that is shown: as the whole run has it, if it was made. */
export function shownCell(explorer) {
  const { shot, output, labels } = explorer.state;
  const cell = cellAt(shot?.outputs?.[output], labels);
  return (cell && cellAt(explorer.settledNow?.shot.outputs[output], cell.labels)) ?? cell;
}

/** The shares of the variance of the cell that is shown, with `t` of their errors: those of the whole run where it has some. */
export function rankingOf(explorer) {
  const { shot, output, labels } = explorer.state;
  const settled = explorer.settledNow?.shot;
  const whole = cellAt(settled?.ranking?.[output], labels);
  if (whole?.inputs.length) return { ranking: whole, t: settled.t, isWhole: true };
  return { ranking: cellAt(shot?.ranking?.[output], labels), t: shot?.t, isWhole: false };
}

/** The width of an element, in CSS pixels, as it changes. */
export function useWidth(first = 480) {
  const ref = useRef(null);
  const [width, setWidth] = useState(first);
  useLayoutEffect(() => {
    const measure = () => ref.current && setWidth(Math.max(200, Math.floor(ref.current.clientWidth)));
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}

/** What a question is answered, once it is; asked anew where a key is another one, unless it is not wanted now. */
export function useAnswer(ask, keys, isWanted = true) {
  const [told, setTold] = useState(null);
  useEffect(() => {
    let wanted = true;
    if (isWanted) ask().then((answer) => wanted && setTold(answer), () => {});
    return () => {
      wanted = false;
    };
  }, keys);
  return told;
}

/** A move as it happens, where a browser tells of it, and as it is told of before each frame. */
const MOVED = ["pointerrawupdate", "pointermove"];

/** Listeners that let an element be dragged: `move` is given the pixels moved since the start. */
export function dragging({ start, move, end }) {
  return (event) => {
    if (event.button !== 0) return;
    const from = event.clientX;
    const target = event.currentTarget;
    event.preventDefault();
    event.stopPropagation();
    target.focus?.();
    target.setPointerCapture(event.pointerId);
    const begun = start?.();
    let at = from;
    const moved = (next) => {
      if (next.clientX === at) return;
      at = next.clientX;
      move(at - from, begun);
    };
    const ended = () => {
      MOVED.forEach((kind) => target.removeEventListener(kind, moved));
      target.removeEventListener("lostpointercapture", ended);
      end?.(begun);
    };
    MOVED.forEach((kind) => target.addEventListener(kind, moved));
    target.addEventListener("lostpointercapture", ended);
  };
}

/** Draws again only where something that it is given is another one. */
export class Steady extends Component {
  shouldComponentUpdate(next, state) {
    if (state !== this.state) return true;
    const keys = new Set([...Object.keys(next), ...Object.keys(this.props)]);
    return [...keys].some((key) => next[key] !== this.props[key]);
  }
}

/** A view that is drawn again only where something that it is given is another one. */
export function steady(View) {
  return class extends Steady {
    render(given) {
      return h(View, given);
    }
  };
}

/** Rows as a text for a spreadsheet; what it would take for a formula is guarded. */
export function csv(rows) {
  return rows.map((row) => row.map(guarded).join(",")).join("\n") + "\n";
}

function guarded(value) {
  if (typeof value === "number") return String(value);
  const text = String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A button that saves what a panel shows as a table. */
export function CsvButton({ name, rows }) {
  return html`<button class="link csv" aria-label=${`CSV of ${name}`} onClick=${() => download(`${name}.csv`, csv(rows()), "text/csv")}>CSV</button>`;
}

/** Saves a text as a file. */
export function download(name, text, type = "text/plain") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(text instanceof Blob ? text : new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
