// Questions asked of a server.

import { Gone, Refused, told } from "./ask.js";

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
      return told(await (await send(name, body)).json());
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
