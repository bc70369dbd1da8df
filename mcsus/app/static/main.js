// The page as it is served: its state is behind # in its address.

import { fromAddress, toAddress } from "./changes.js";
import { asker } from "./http.js";
import { mount } from "./page.js";
import { html, render } from "./views/base.js";

/** Asks for the token, which no link carries; what the link shows stays. */
function Asked() {
  const take = (event) => {
    event.preventDefault();
    const text = event.target.elements.address.value.trim();
    const url = URL.canParse(text) && /^https?:/.test(text) ? new URL(text) : null;
    const token = fromAddress(url?.hash ?? text).token;
    if (!token) return;
    const hash = `#${new URLSearchParams({ token })}&${location.hash.slice(1)}`;
    if (url && url.origin !== location.origin) return location.assign(`${url.origin}/${hash}`);
    history.replaceState(null, "", hash);
    begin();
  };
  return html`
    <main class="begin"><h1>mcsus</h1>
      <p>This page needs the address that <code>mcsus serve</code> printed, with what stands behind <code>#token=</code>: a link that was copied does not carry it.</p>
      <form onSubmit=${take}><label>the address printed <input name="address" size="60" required autocomplete="off" spellcheck=${false} /></label> <button>open</button></form></main>`;
}

function begin() {
  const element = document.getElementById("page");
  const { token, ...told } = fromAddress(location.hash);
  if (!token) return render(html`<${Asked} />`, element);
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
