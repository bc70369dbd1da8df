// Questions, whoever carries them: HTTP (http.js) or the messages of a notebook (messages.js).
// Both have `ask(name, body)` and `stream(name, body, hear, signal)`.

/** A question that was refused: its faults are in the words of `mcsus check`. */
export class Refused extends Error {
  constructor(faults) {
    super(faults.map((fault) => fault.message).join("\n"));
    this.faults = faults;
  }
}

/** Nobody answers. */
export class Gone extends Error {}

/** An answer, if it is none of faults. */
export function told(answer) {
  if (answer.faults) throw new Refused(answer.faults);
  return answer;
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
