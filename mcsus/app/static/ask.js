// Questions asked of the server.

/** A question that the server refused: its faults are in the words of `mcsus check`. */
export class Refused extends Error {
  constructor(faults) {
    super(faults.map((fault) => fault.message).join("\n"));
    this.faults = faults;
  }
}

/** The server does not answer. */
export class Gone extends Error {}

/** Returns a way to ask a server that knows a token. */
export function asker(token) {
  async function send(name, body, signal) {
    const options = {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Mcsus-Token": token },
      body: JSON.stringify(body),
      cache: "no-store",
      signal,
    };
    let answer;
    try {
      answer = await fetch(`/api/${name}`, options);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Gone("The server has stopped.");
    }
    if (answer.ok) return answer;
    throw new Refused([{ message: (await answer.json()).refused }]);
  }

  return {
    async ask(name, body = {}) {
      const told = await (await send(name, body)).json();
      if (told.faults) throw new Refused(told.faults);
      return told;
    },

    /** Hands over each line of an answer as it comes. */
    async stream(name, body, hear, signal) {
      const answer = await send(name, body, signal);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        lines.filter(Boolean).forEach((text) => hear(JSON.parse(text)));
      }
    },
  };
}

/** Keeps one question in flight: of those that come meanwhile the newest is asked next. */
export class Newest {
  constructor(work) {
    this.work = work;
    this.waiting = null;
    this.running = false;
  }

  /** What waits is not asked any more. */
  forget() {
    this.waiting = null;
  }

  async ask(question) {
    this.waiting = question;
    if (this.running) return;
    this.running = true;
    try {
      while (this.waiting !== null) {
        const next = this.waiting;
        this.waiting = null;
        await this.work(next);
      }
    } finally {
      this.running = false;
    }
  }
}
