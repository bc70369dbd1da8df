// Questions, whoever carries them: HTTP (http.js) or the messages of a notebook (messages.js).
// Both have `ask(name, body)` and `stream(name, body, hear, signal)`.

/** A question that was refused: its faults are in the words of `mcsus check`. */
export class Refused extends Error {
  constructor(faults, text = "") {
    super(faults.map((fault) => fault.message).join("\n"));
    this.faults = faults;
    this.text = text; // of the study that has them
  }
}

/** Nobody answers. */
export class Gone extends Error {}

/** An answer, if it is none of faults. */
export function told(answer) {
  if (answer.faults) throw new Refused(answer.faults, answer.text);
  return answer;
}

/** The same questions; `heard` is called with one that found another study opened. */
export function watched(server, heard) {
  const told = (body) => (error) => {
    if (error.faults?.some((fault) => fault.elsewhere)) heard(body);
    throw error;
  };
  return {
    ask: (name, body) => server.ask(name, body).catch(told(body)),
    stream: (name, body, hear, signal) => server.stream(name, body, (line) => (line.faults ? told(body)(new Refused(line.faults)) : hear(line)), signal).catch(told(body)),
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
