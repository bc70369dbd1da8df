// Sources, each with its link and licence.

import { html } from "./base.js";

function safe(url) {
  return /^https?:\/\//.test(url) ? url : undefined;
}

export function Sources({ sources }) {
  return html`<ul class="sources">${sources.map((source) => html`<li>${source.url ? html`<a href=${safe(source.url)} rel="noreferrer noopener" target="_blank">${source.text}</a>` : source.text}${source.licence ? ` (licence: ${source.licence})` : ""}</li>`)}</ul>`;
}
