// The page in a notebook: a widget of anywidget. Its state is the model's.

import { messenger } from "./messages.js";
import { mount } from "./page.js";
import { styles } from "./styles.js";
import { html, render as draw } from "./views/base.js";

const STOPPED = html`<b>The notebook does not answer.</b> It is busy with another cell, or it has stopped: then run the cell above again. The numbers below are those of the last answer.`;

/** Draws one view of a widget; what it returns takes it away again. */
export function render({ model, el }) {
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab leaves the keys to the page
  const root = el.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];
  const element = document.createElement("div");
  element.className = "page";
  element.tabIndex = -1; // a click anywhere in it lets its keys work
  root.append(element);
  root.addEventListener("keydown", (event) => event.ctrlKey || event.metaKey || event.stopPropagation());
  const server = messenger(model, (gone) => explorer.set({ gone }));
  const explorer = mount(server, {
    element,
    read: () => model.get("state"),
    write(shown) {
      model.set("state", shown);
      model.save_changes();
    },
    stopped: STOPPED,
  });
  const follow = () => explorer.follow(model.get("state"));
  model.on("change:state", follow);
  return () => {
    model.off("change:state", follow);
    draw(null, element);
    server.close();
  };
}
