// Formulas that are changed or added: checked first, with the fault beside the line.

import { html, useState } from "./base.js";

/** Changes that are checked, and made where they can be. */
function useChecked(explorer, done) {
  const [faults, setFaults] = useState([]);
  const take = async (more, isThere = false) => {
    const told = isThere ? [{ message: `name: found '${more[0].name}', which is there already; allowed: another name` }] : await explorer.check(more);
    setFaults(told);
    if (told.length) return;
    explorer.changeAll(more);
    done();
  };
  return [faults, take, () => setFaults([])];
}

function Told({ id, faults, hint }) {
  // what follows from the first fault, as an output without its equation, helps nobody
  const first = faults.filter((fault) => fault.field === "formula");
  return html`<p id=${id} class=${faults.length ? "fault" : "note"} role="status">${faults.length ? (first.length ? first : faults).map((fault) => html`<span>${fault.message}</span> `) : hint}</p>`;
}

function Typed({ label, value, put, invalid, told, wide = false, placeholder = "" }) {
  return html`<label class=${wide ? "wide-field" : ""}>${label} <input value=${value} required placeholder=${placeholder} spellcheck=${false} autocomplete="off" aria-invalid=${invalid} aria-describedby=${told} onInput=${(event) => put(event.target.value)} /></label>`;
}

export function EditFormula({ explorer, equation, close }) {
  const [text, setText] = useState(equation.formula);
  const [faults, take, clear] = useChecked(explorer, close);
  const submit = (event) => {
    event.preventDefault();
    take([{ name: equation.name, unit: equation.unit, formula: text }]);
  };
  const id = `formula-${equation.name}`;
  return html`
    <form class="field" onSubmit=${submit}>
      <${Typed} wide label=${`${equation.name} =`} value=${text} put=${(value) => { setText(value); clear(); }} invalid=${faults.length > 0} told=${id} />
      <button>take</button> <button type="button" onClick=${close}>leave it</button>
      <${Told} id=${id} faults=${faults} hint="names of inputs and equations, + - * / **, functions as in a study file" />
    </form>`;
}

export function AddEquation({ explorer }) {
  const [own, setOwn] = useState(null);
  const [faults, take, clear] = useChecked(explorer, () => setOwn(null));
  if (!own) return html`<button onClick=${() => setOwn({ name: "", formula: "", unit: "" })}>add an equation</button> `;
  const put = (key) => (value) => { setOwn({ ...own, [key]: value }); clear(); };
  const submit = (event) => {
    event.preventDefault();
    take([own], explorer.known(own.name));
  };
  return html`
    <form class="field" onSubmit=${submit}>
      <${Typed} label="name" value=${own.name} put=${put("name")} told="equation-told" placeholder="two_devices" />
      <${Typed} wide label="formula" value=${own.formula} put=${put("formula")} invalid=${faults.length > 0} told="equation-told" placeholder="2 * device_footprint" />
      <${Typed} label="unit" value=${own.unit} put=${put("unit")} told="equation-told" placeholder="kg CO2e" />
      <button>add</button> <button type="button" onClick=${() => { setOwn(null); clear(); }}>leave it</button>
      <${Told} id="equation-told" faults=${faults} hint="It becomes an output, which can be chosen above the answer." />
    </form>`;
}

export function AddInput({ explorer }) {
  const [own, setOwn] = useState(null);
  const [faults, take, clear] = useChecked(explorer, () => setOwn(null));
  if (!own) return html`<button onClick=${() => setOwn({ name: "", law: "", unit: "" })}>add an input</button>`;
  const put = (key) => (value) => { setOwn({ ...own, [key]: value }); clear(); };
  const submit = (event) => {
    event.preventDefault();
    take([{ name: own.name, unit: own.unit, add: own.law }]);
  };
  return html`
    <form class="field" onSubmit=${submit}>
      <${Typed} label="name" value=${own.name} put=${put("name")} told="input-told" placeholder="courier" />
      <${Typed} wide label="law" value=${own.law} put=${put("law")} invalid=${faults.length > 0} told="input-told" placeholder="5 to 20" />
      <${Typed} label="unit" value=${own.unit} put=${put("unit")} told="input-told" placeholder="kg CO2e" />
      <button>add</button> <button type="button" onClick=${() => { setOwn(null); clear(); }}>leave it</button>
      <${Told} id="input-told" faults=${faults} hint="Then a formula can use it by its name." />
    </form>`;
}
