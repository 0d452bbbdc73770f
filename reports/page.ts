/** The document around the sections: head, policy, navigation, foot. */
import { html, Markup } from './markup.ts'

/** Nothing is fetched, ever: the policy makes the browser enforce it. `data:` images are how a chart becomes a PNG. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"

interface Page {
  readonly title: string
  readonly style: string
  readonly libraries: Markup
  readonly scripts: Markup
  readonly sections: readonly { readonly id: string; readonly title: string; readonly body: Markup }[]
  readonly foot: string
}

export function page({ title, style, libraries, scripts, sections, foot }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="quorumlab">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style.replace(/<\/style/gi, '<\\/style'))}</style>
</head>
<body>
<a class="skip" href="#answer">Skip to the answer</a>
<header class="top"><div class="inner"><a class="brand" href="#answer">quorumlab</a>
<nav aria-label="Sections">${sections.map((section) => html`<a href="#${section.id}">${section.title}</a>`)}</nav>
<button type="button" id="theme" hidden>Dark</button></div></header>
<main>
<noscript><p class="interrupted">Charts need JavaScript; the texts and tables do not.</p></noscript>
${sections.map(({ body }) => body)}
</main>
<footer><p>${foot}</p></footer>
<div id="zoom" class="zoom" hidden><span></span> <button type="button">Whole run</button></div>
<div id="said" class="spoken" role="status" aria-live="polite"></div>
${libraries}
${scripts}
</body>
</html>
`.text
}
