// What is taken away of a whole run: files that the server makes of it.

import { download, html, useState } from "./base.js";

const FILES = [["report", "report"], ["live", "live page"], ["json", "JSON"], ["xlsx", "workbook"], ["card", "card"], ["evidence", "evidence"]];

export function TakeWhole({ explorer }) {
  const [said, setSaid] = useState("");
  const take = (what, title) => async () => {
    setSaid(`${title} is being written`);
    try {
      const { name, blob } = await explorer.comparison.take(what);
      download(name, blob);
      setSaid("");
    } catch (error) {
      setSaid(error.message);
    }
  };
  const shown = FILES.filter(([what]) => what !== "card" || explorer.state.study.claims.length);
  return html`${shown.map(([what, title]) => html`<button onClick=${take(what, title)}>${title}</button>`)}<span role="status" class="note">${said}</span>`;
}
