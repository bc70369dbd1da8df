// The model as it is explained here: its equations, what leads to what, and what was added to them.

import { Gone } from "./ask.js";

export class ModelBehind {
  constructor(server, changed) {
    this.server = server;
    this.changed = changed;
    this.told = null; // equations, terms of inputs, groups of inputs, and what was added
  }

  /** Asks for the model of a study anew where its structure is another one than before. */
  async follow({ opened, changes }) {
    const structure = changes.filter((change) => "formula" in change || "add" in change);
    const key = JSON.stringify([opened, structure]);
    if (key === this.key) return;
    this.key = key;
    try {
      const told = await this.server.ask("model", { opened, changes: structure });
      if (key !== this.key) return;
      this.read(told);
      this.changed({ model: told });
    } catch (error) {
      if (key === this.key) this.key = null;
      if (error instanceof Gone) this.changed({ gone: true });
    }
  }

  read(told) {
    this.told = told;
    this.equations = new Map(told.equations.map((own) => [own.name, own]));
    this.users = new Map();
    for (const name of [...this.equations.keys(), ...Object.keys(told.inputs)]) {
      for (const term of this.terms(name)) this.users.set(term, [...(this.users.get(term) ?? []), name]);
    }
  }

  /** What a quantity follows from. */
  terms(name) {
    return this.equations?.get(name)?.terms ?? this.told?.inputs[name] ?? [];
  }

  /** All that a quantity follows from, and itself. */
  upstream(name) {
    const reached = new Set();
    const stack = [name];
    while (stack.length) {
      const own = stack.pop();
      if (reached.has(own)) continue;
      reached.add(own);
      stack.push(...this.terms(own));
    }
    return reached;
  }

  /** What the inputs behind each quantity have of the variance by total order, at most all of it: what is worth drawing. */
  matters(names, ranking) {
    const members = ranking.inputs.map((id, k) => ({ own: this.told.groups[id] ?? [id], ST: Math.max(0, ranking.ST[k]) }));
    return new Map([...names].map((name) => {
      const behind = this.upstream(name);
      const sum = members.filter(({ own }) => own.some((input) => behind.has(input))).reduce((all, { ST }) => all + ST, 0);
      return [name, Math.min(1, sum)];
    }));
  }
}
