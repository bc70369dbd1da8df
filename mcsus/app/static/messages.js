// Questions asked over the messages of a notebook's widget.

import { Gone, Refused, told } from "./ask.js";

const PATIENCE_MS = 8000;
const EVERY_MS = 100;

/**
 * Returns a way to ask by the messages of a widget's model, which other pages use too.
 *
 * `wait` is told when an answer is late (the kernel is busy, or has stopped), and when one came.
 */
export function messenger(model, wait) {
  const page = [...crypto.getRandomValues(new Uint8Array(8))].join("-");
  const waiting = new Map();
  let asked = 0;
  let late = false;
  const tell = (now) => now !== late && wait((late = now));

  function hear(message) {
    if (message.page !== page) return;
    tell(false);
    waiting.get(message.id)?.(message);
  }

  async function send(content) {
    const id = (asked += 1);
    const heard = new Promise((resolve) => waiting.set(id, resolve));
    const patience = setTimeout(() => tell(true), PATIENCE_MS);
    try {
      await model.send({ page, id, ...content });
      return await heard;
    } catch (error) {
      throw new Gone(error.message);
    } finally {
      clearTimeout(patience);
      waiting.delete(id);
    }
  }

  async function post(content) {
    try {
      await model.send({ page, ...content });
    } catch {
      // nobody is there any more who would have to know
    }
  }

  async function answered(content) {
    const { answer, lines, refused } = await send(content);
    if (refused) throw new Refused([{ message: refused }]);
    return answer ? told(answer) : lines;
  }

  model.on("msg:custom", hear);
  return {
    ask: (name, body = {}) => answered({ ask: name, body }),

    /** Hands over what has been told since, some times a second. */
    async stream(name, body, hand, signal) {
      const of = asked + 1;
      let { told: lines, more } = await answered({ ask: name, body });
      while (more) {
        lines.forEach(hand);
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
        if (signal.aborted) {
          post({ cancel: of });
          throw signal.reason;
        }
        ({ told: lines, more } = await answered({ more: of }));
      }
      lines.forEach(hand);
    },

    close() {
      model.off("msg:custom", hear);
      wait = () => {};
      post({ closed: true });
    },
  };
}
