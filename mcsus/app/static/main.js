// The page as it is served: its state is behind # in its address.

import { fromAddress, toAddress } from "./changes.js";
import { asker } from "./http.js";
import { mount } from "./page.js";
import { html, render } from "./views/base.js";

function begin() {
  const element = document.getElementById("page");
  const { token, ...told } = fromAddress(location.hash);
  if (!token) {
    render(html`<main class="begin"><h1>mcsus</h1><p>This page needs the address that <code>mcsus serve</code> printed, with what stands behind <code>#token=</code>.</p></main>`, element);
    return;
  }
  mount(asker(token), {
    element,
    read: () => told,
    write: (shown) => history.replaceState(null, "", `#${[`token=${token}`, toAddress(shown)].filter(Boolean).join("&")}`),
    link: (shown) => {
      const address = toAddress(shown);
      return address && `${location.origin}/#${address}`;
    },
    print: () => print(),
    stopped: html`<b>The server has stopped.</b> The numbers below are those of the last answer. Start it again with <code>mcsus serve</code> and open the address that it prints.`,
  });
}

begin();
