// What the page knows of a comparison, and of the card of a claim.

import { Gone, Newest, Refused } from "./ask.js";

/** A side as a text: before, now or other, and a scenario. */
export function side(text) {
  const [of, scenario] = text.split("|");
  return { of, scenario: scenario ?? "base" };
}

export class Comparison {
  constructor(explorer) {
    this.explorer = explorer;
    this.newest = new Newest((question) => this.answer(question));
    explorer.state.compare = { a: null, b: null, other: null, told: null, refused: null };
    explorer.state.card = null;
  }

  get state() {
    return this.explorer.state.compare;
  }

  set(patch) {
    this.explorer.set({ compare: { ...this.state, ...patch } });
  }

  /** The sides: those that were chosen, else what is changed, else the first scenario. Without changes now is before. */
  get sides() {
    const { changes, study } = this.explorer.state;
    const { a, b } = this.state;
    const scenario = study.scenarios[1];
    const first = changes.length || !scenario ? ["before|base", "now|base"] : ["now|base", `now|${scenario.id}`];
    return [a ?? first[0], b ?? first[1]].map((text) => (changes.length ? text : text.replace(/^before/, "now")));
  }

  choose(a, b) {
    this.set({ a, b });
    this.explorer.writeDown();
  }

  /** Another study is open: its sides are chosen anew. */
  forget() {
    this.set({ a: null, b: null, told: null, refused: null });
  }

  swap() {
    const [a, b] = this.sides;
    this.choose(b, a);
  }

  /** Opens another study to compare with; it is B then. */
  async openOther(source, sides = null) {
    try {
      const { other } = await this.explorer.server.ask("other", source);
      const [a] = this.sides;
      this.set({ other: { ...other, source }, refused: null, told: null, a: sides?.[0] ?? a, b: sides?.[1] ?? "other|base" });
      this.explorer.writeDown();
    } catch (error) {
      this.fail(error);
    }
  }

  async openFile(file) {
    if (file) await this.openOther({ text: await file.text(), name: file.name });
  }

  /** What is asked of the server for what is shown. */
  get question() {
    const { opened, changes, output, labels } = this.explorer.state;
    const { scenario: _, ...own } = labels;
    const [a, b] = this.sides;
    return { opened, changes, output, labels: own, a: side(a), b: side(b) };
  }

  async answer(question) {
    try {
      const told = await this.explorer.server.ask("compare", question);
      if (question.opened === this.explorer.state.opened) this.set({ told, refused: null });
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error) {
    if (error instanceof Gone) this.explorer.set({ gone: true });
    else if (error instanceof Refused) this.set({ told: null, refused: error.faults });
    else throw error;
  }

  /** What restores it. */
  get restored() {
    const [a, b] = this.sides;
    const other = this.state.other?.source.id;
    return { a, b, ...(other && { other }) };
  }

  /** Takes up what is restored. */
  begin({ a, b, other }) {
    if (other) this.openOther({ id: other }, [a, b]);
    else if (a && b) this.set({ a, b });
  }

  /** The card of a claim, of the whole run that was made. */
  async card(claim) {
    const { opened, changes } = this.explorer.state;
    try {
      const { card } = await this.explorer.server.ask("card", { opened, changes, claim });
      this.explorer.set({ card });
    } catch (error) {
      this.fail(error);
    }
  }

  /** A file of the whole run: its report, its numbers, a card, the evidence. */
  async take(what) {
    const { opened, changes } = this.explorer.state;
    const told = await this.explorer.server.ask("take", { opened, changes, what });
    const content = told.base64 ? Uint8Array.from(atob(told.base64), (sign) => sign.charCodeAt(0)) : told.text;
    return { name: told.name, blob: new Blob([content], { type: told.type }) };
  }
}
