// What views ask of the study that is open, with the changes and the labels that are shown.

import { Gone, Refused } from "./ask.js";
import { withChange } from "./changes.js";

/** Asks by `server`, of `state`; the explorer is one. */
export class Questions {
  /** What is wrong with more changes, if anything is. */
  async check(more) {
    try {
      await this.server.ask("check", { opened: this.state.opened, changes: [...this.state.changes, ...more] });
      return [];
    } catch (error) {
      if (error instanceof Gone) this.set({ gone: true });
      return error.faults ?? [{ message: error.message }];
    }
  }

  /** What a text means as the law of an input, or why it means none. */
  async preview(change) {
    try {
      const { opened, changes } = this.state;
      return await this.server.ask("preview", { opened, changes: withChange(changes, change) });
    } catch (error) {
      if (error instanceof Refused) return { faults: error.faults };
      if (error instanceof Gone) this.set({ gone: true });
      return { faults: [{ message: error.message }] };
    }
  }

  scatter(input) {
    const { opened, changes, output, labels } = this.state;
    const own = Object.fromEntries(this.outputNow.dims.map((dim) => [dim, labels[dim]]));
    return this.server.ask("scatter", { opened, changes, input, output, labels: own });
  }

  /** The cell that is shown beside what it is with other changes. */
  async beside(against) {
    const { opened, changes, output } = this.state;
    const told = await this.server.ask("evaluate", { opened, changes, against, visible: this.visible(this.state, []), ranking: 0 });
    return told.outputs[output][0];
  }

  /** What each equation comes to at the labels that are shown, and what passes through it. */
  means() {
    const { opened, changes, labels, output } = this.state;
    return this.server.ask("means", { opened, changes, labels, output });
  }

  /** What some inputs by themselves would have to be for the mean to be so much of what it is. */
  goal(inputs, ratio) {
    const { opened, changes, output, labels } = this.state;
    return this.server.ask("goal", { opened, changes, output, labels, inputs, ratio });
  }

  /** Which claims hold as an input is known, over values as its law has them and beyond. */
  turns(input, { curve }) {
    const { opened, changes, output, labels } = this.state;
    return this.server.ask("turns", { opened, changes, input, ends: [curve.x[0], curve.x.at(-1)], output, labels });
  }

  /** Where the output goes with one input moved at a time. */
  moves() {
    const { opened, changes, output, labels } = this.state;
    return this.server.ask("moves", { opened, changes, output, labels });
  }

  /** The study file with the changes; these as a scenario where it has an id. */
  async studyFile(asScenario) {
    const { opened, changes } = this.state;
    return (await this.server.ask("study_file", { opened, changes, as_scenario: asScenario })).text;
  }
}
