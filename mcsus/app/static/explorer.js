// What the page knows, and everything that changes it. Views read `state` and call the methods.

import { Answers } from "./answers.js";
import { Gone, Refused, watched } from "./ask.js";
import { unlocked, withChange, withoutInput } from "./changes.js";
import { Comparison } from "./compared.js";
import { ModelBehind } from "./model.js";
import { capital } from "./numbers.js";
import { Questions } from "./questions.js";
import { Shelf } from "./shelf.js";

const WRITTEN_AFTER_MS = 100;

export class Explorer extends Questions {
  constructor(server, host, changed) {
    super();
    // one that was asked of the study before, which this page itself left, says nothing of another page
    this.server = watched(server, ({ opened }) => opened === this.state.opened && this.set({ elsewhere: true }));
    this.host = host; // what is around the page (page.js)
    this.changed = changed;
    this.state = {
      studies: [],
      study: null, // what describe() says
      opened: null,
      source: null, // { id } or { text, name }
      changes: [],
      redo: [],
      output: null,
      labels: {},
      shot: null, // the snapshot that is shown
      fine: false, // whether it is the one after a pause
      settled: null, // the whole run: of which changes, of which cells, and what it says of them
      settling: null,
      until: "", // what a whole run goes on until; by its own draws where empty
      faults: null, // of a study that does not open
      faulty: null, // where it came from, its text, and with what it was to be opened
      refused: null, // of the last change
      gone: false,
      lost: [], // parts of the address that could not be read
      elsewhere: false, // whether another page of this server opened another study
      highlighted: null,
      view: "explorer",
      claim: null, // of the card
      model: null, // its equations, once they are asked for
      trail: [], // quantities of the model on the way to the one that is explained
      record: null, // of the library, by its id
      sought: { words: "", dimension: "", stage: "", evidence: "", from: null, to: null },
    };
    this.comparison = new Comparison(this);
    this.behind = new ModelBehind(this.server, (patch) => this.learn(patch));
    this.shelf = new Shelf(this.server, (patch) => this.set(patch));
    this.answers = new Answers(this);
  }

  /** The document, or in a notebook the part of it that is this page's own. */
  get root() {
    return this.host.element.getRootNode();
  }

  set(patch) {
    Object.assign(this.state, patch);
    this.changed();
  }

  // --- studies -------------------------------------------------------------------------------

  async begin() {
    const told = this.host.read();
    const { studies, first } = await this.server.ask("studies");
    this.set({ studies, lost: told.lost ?? [], view: told.view ?? "explorer", record: told.record ?? null, claim: told.claim ?? null, trail: told.quantity ? [told.quantity] : [] });
    const source = told.source ?? (first ? { id: first } : null);
    if (source) await this.open(source, told.changes, told);
    if (this.state.study) this.comparison.begin(told);
  }

  async open(source, changes = [], shown = {}) {
    const serial = (this.opening = (this.opening ?? 0) + 1);
    try {
      const { opened, describe, saved } = await this.server.ask("open", source);
      if (serial !== this.opening) return;
      const output = describe.outputs.find((own) => own.id === shown.output) ?? describe.outputs.find((own) => own.id === describe.visible.output);
      const labels = { ...describe.visible.labels, ...shown.labels };
      this.described = describe;
      if (this.state.study) this.set({ trail: [], model: null });
      this.set({ study: describe, opened, source, changes, redo: [], output: output.id, labels, shot: null, settled: saved ? { changes: [] } : null, saved, faults: null, refused: null, elsewhere: false });
      this.comparison.forget();
      this.answers.forget();
      this.refresh();
      this.answers.findPace().catch(() => {});
    } catch (error) {
      if (serial !== this.opening) return;
      if (error instanceof Gone) this.set({ gone: true });
      else this.set({ faults: error.faults ?? [{ message: String(error) }], faulty: { source, text: error.text, again: [source, changes, shown] } });
    }
  }

  /** The study that did not open; else the one that is shown, as it is shown. */
  openAgain() {
    const { faults, faulty, source, changes, output, labels } = this.state;
    return this.open(...(faults ? faulty.again : [source, changes, { output, labels }]));
  }

  // --- changes -------------------------------------------------------------------------------

  /** One more change, or while something is dragged a change in the place of the last one. */
  change(change, before = this.state.changes) {
    this.setChanges(withChange(before, change));
  }

  /** A change of an input: in the scenario that is chosen alone, where that sets the input itself. */
  of(input, change) {
    const { scenario } = this.state.labels;
    return { input: input.id, ...change, ...(input.set_in.includes(scenario) && { scenario }) };
  }

  /** More changes at once, which are undone at once. */
  changeAll(more) {
    this.setChanges(this.withAll(more));
  }

  withAll(more) {
    return more.reduce((changes, change) => withChange(changes, change), this.state.changes);
  }

  setChanges(changes) {
    this.undone = [...(this.undone ?? []), this.state.changes].slice(-200);
    this.set({ changes, redo: [] });
    this.refresh();
  }

  /** While something is dragged: the changes as they would be; undo goes back to before the drag. */
  drag(changes) {
    this.dragged ??= this.state.changes;
    this.state.changes = changes; // drawn with its answer
    this.refresh();
  }

  drop() {
    if (this.dragged === undefined) return;
    this.undone = [...(this.undone ?? []), this.dragged].slice(-200);
    this.dragged = undefined;
    this.set({ redo: [] });
    this.answers.rest();
    this.writeDown();
  }

  /** Puts back what was there before what is tried. */
  restore() {
    if (this.dragged === undefined) return;
    const changes = this.dragged;
    this.dragged = undefined;
    this.set({ changes });
    this.refresh();
  }

  undo() {
    if (!this.undone?.length) return;
    const redo = [...this.state.redo, this.state.changes];
    this.set({ changes: this.undone.at(-1), redo });
    this.undone = this.undone.slice(0, -1);
    this.refresh();
  }

  redo() {
    if (!this.state.redo.length) return;
    this.undone = [...(this.undone ?? []), this.state.changes];
    this.set({ changes: this.state.redo.at(-1), redo: this.state.redo.slice(0, -1) });
    this.refresh();
  }

  /** Takes up changes that were made elsewhere: in a cell of the notebook, or by another view of the widget. */
  follow({ changes = [] }) {
    if (this.dragged !== undefined || !this.state.study) return;
    if (JSON.stringify(changes) !== JSON.stringify(this.state.changes)) this.setChanges(changes);
  }

  reset() {
    if (this.state.changes.length) this.setChanges([]);
  }

  changeBack(input) {
    this.setChanges(withoutInput(this.state.changes, input));
  }

  /** Lets an input vary again. */
  unlock(input) {
    this.setChanges(unlocked(this.state.changes, input));
  }

  /** Why something is changed: it goes to the study file and moves no number. */
  giveReason(index, rationale) {
    const changes = this.state.changes.with(index, { ...this.state.changes[index], rationale });
    this.set({ changes });
    this.refresh();
  }

  removeChange(index) {
    this.setChanges(this.state.changes.toSpliced(index, 1));
  }

  // --- what is shown -------------------------------------------------------------------------

  showOutput(output) {
    this.set({ output, trail: [] });
    this.refresh();
  }

  showLabel(dim, label) {
    this.set({ labels: { ...this.state.labels, [dim]: label } });
    this.refresh();
  }

  /** One of the views of the page; of the library a record. */
  show(view, record = this.state.record) {
    this.set({ view, record });
    this.writeDown();
  }

  showCard(claim) {
    this.set({ claim });
    this.show("card");
  }

  /** A quantity of the model, and the way to it. */
  explain(name, trail = [name]) {
    this.set({ trail });
    this.show("model");
  }

  /** What is known of the model; what was added to it is beside what the study has. */
  learn({ model, ...patch }) {
    if (!model) return this.set(patch);
    const outputs = [...this.described.outputs, ...model.added.outputs];
    const inputs = [...this.described.inputs, ...model.added.inputs];
    const gone = !outputs.some((own) => own.id === this.state.output);
    this.set({ model, study: { ...this.described, outputs, inputs } });
    if (gone) this.showOutput(outputs[0].id);
  }

  /** What the library is searched for. */
  seek(patch) {
    this.set({ sought: { ...this.state.sought, ...patch } });
  }

  highlight(input) {
    if (this.state.highlighted !== input) this.set({ highlighted: input });
  }

  // --- answers -------------------------------------------------------------------------------

  get outputNow() {
    return this.state.study.outputs.find((own) => own.id === this.state.output);
  }

  /** Titles of the inputs of an output or a claim whose laws have numbers that are known to lie between two. */
  between({ between }) {
    const { study, shot } = this.state;
    const lawsOf = (input) => shot?.inputs[input.id] ?? input.laws;
    const known = study.inputs.filter((input) => between?.includes(input.id) && lawsOf(input).some(({ law }) => law.between.length));
    return known.map((input) => capital(input.title));
  }

  /** What an answer is of. */
  get place() {
    const { opened, changes, output, labels } = this.state;
    return { opened, changes, output, labels };
  }

  /** The dims of an output, but for scenarios those that numbers label. */
  numericDims(output) {
    const { dims, outputs } = this.state.study;
    const own = outputs.find((other) => other.id === output);
    return dims.filter((dim) => dim.numeric && own?.dims.includes(dim.id)).map((dim) => dim.id);
  }

  /** What a snapshot is asked for: one label of each dim; all of a numeric one, for the fan. */
  visible({ output, labels } = this.state, free = this.numericDims(output)) {
    const held = Object.entries(labels).filter(([dim]) => !free.includes(dim));
    return { outputs: [output], labels: Object.fromEntries(held.map(([dim, label]) => [dim, [label]])) };
  }

  /** Draws anew. */
  refresh() {
    this.followStructure();
    this.followSettled();
    this.answers.refresh();
    if (this.dragged === undefined) this.writeDown();
  }

  /** Asks for the equations anew where some were changed or added. */
  followStructure() {
    const { changes, model } = this.state;
    if (model || changes.some((change) => "formula" in change || "add" in change)) this.behind.follow(this.state);
  }

  /** Whether the model has a quantity of that name. */
  known(name) {
    const { model, study } = this.state;
    return [...study.inputs.map((own) => own.id), ...(model?.equations ?? []).map((own) => own.name)].includes(name);
  }

  /** Whether an input can be multiplied here. */
  movable(id) {
    const input = this.state.study.inputs.find((own) => own.id === id);
    return Boolean(input) && !input.fixed;
  }

  // --- the whole run -------------------------------------------------------------------------

  async settle() {
    const { opened, changes, until } = this.state;
    const visible = this.visible();
    const stop = new AbortController();
    this.set({ settling: { progress: null, stop }, settled: null });
    try {
      await this.server.stream("settle", { opened, changes, visible, until }, (line) => this.hear(line, changes, visible), stop.signal);
    } catch (error) {
      if (error instanceof Gone) this.set({ gone: true });
      else if (error instanceof Refused) this.set({ refused: { faults: error.faults, changes } });
      else if (error.name !== "AbortError") throw error;
    }
    this.set({ settling: null });
  }

  hear(line, changes, visible) {
    if (line.progress) this.set({ settling: { ...this.state.settling, progress: line.progress } });
    if (line.settled) this.set({ settled: { changes, visible, shot: line.settled } });
    if (line.settled) this.followSettled();
  }

  cancel() {
    this.state.settling?.stop.abort();
  }

  /** The whole run of just what is shown, if it was made. */
  get settledNow() {
    const { settled } = this.state;
    return this.settledOfChanges && same(settled.visible, this.visible()) ? settled : null;
  }

  get settledOfChanges() {
    const { settled, changes } = this.state;
    return Boolean(settled) && same(settled.changes, changes);
  }

  /** Asks what the whole run says of the cells that are shown now. */
  async followSettled() {
    if (!this.settledOfChanges || this.settledNow) return;
    const { opened, changes } = this.state;
    const visible = this.visible();
    try {
      const { settled } = await this.server.ask("settled", { opened, changes, visible });
      if (this.settledOfChanges && opened === this.state.opened) this.set({ settled: { changes, visible, shot: settled } });
    } catch (error) {
      if (error instanceof Gone) this.set({ gone: true });
      else if (!(error instanceof Refused)) throw error;
    }
  }

  // --- what is taken away --------------------------------------------------------------------

  /** What restores the state: the study with its changes, and what of it is shown. */
  get restored() {
    const { source, changes, output, labels, view } = this.state;
    return { source, output, labels, changes, ...(view !== "explorer" && { view, ...this.shownThere }) };
  }

  /** What a view other than the explorer shows, as far as it is restored. */
  get shownThere() {
    const { view, record, claim, trail } = this.state;
    return { model: () => trail.length && { quantity: trail.at(-1) }, compare: () => this.comparison.restored, library: () => record && { record }, card: () => claim && { claim } }[view]?.();
  }

  /** Tells the host what restores the state, once it rests: that takes as long as to draw it. */
  writeDown() {
    clearTimeout(this.writing);
    this.writing = setTimeout(() => this.state.study && this.host.write(this.restored), WRITTEN_AFTER_MS);
  }
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
