/** What the browser tests ask of a page. Plain JavaScript: it runs in the page, not here. */
globalThis.inPage = {
  /** Resolves when the condition holds; the page's policy forbids Playwright's own way of waiting for one. */
  until: (holds) =>
    new Promise((resolve) => {
      const look = () => (holds() ? resolve() : requestAnimationFrame(look))
      look()
    }),

  overflow: () => document.documentElement.scrollWidth - document.documentElement.clientWidth,

  pictures: () => {
    const drawings = [...document.querySelectorAll('.drawing svg')]
    return {
      figures: document.querySelectorAll('figure.chart').length,
      drawn: Number(document.documentElement.dataset.drawn),
      filled: drawings.filter((svg) => svg.querySelectorAll('path, line, text').length > 5).length,
      widest: Math.max(...drawings.map((svg) => svg.getBoundingClientRect().right)),
    }
  },

  widestDrawing: () =>
    Math.max(...[...document.querySelectorAll('.drawing svg')].map((svg) => Number(svg.getAttribute('width')))),

  /** Labels of the axis of time, chart by chart, in order of value. */
  timeLabels: () =>
    [...document.querySelectorAll('figure.on-time .drawing svg')].map((svg) =>
      [...svg.querySelectorAll('.role-axis .role-axis-label')]
        .map((labels) => [...labels.querySelectorAll('text')].map((text) => text.textContent))
        .find((labels) => labels.every((label) => /^[\d.]+$/.test(label)))
        .sort((a, b) => a - b)
        .join(' '),
    ),

  ground: () => getComputedStyle(document.body).backgroundColor,

  /** Contrast of each text with the first background behind it, as WCAG counts it. */
  contrasts: () => {
    const channels = (colour) => colour.match(/[\d.]+/g).map(Number)
    const luminance = (colour) => {
      const [red, green, blue] = channels(colour).map((value) => {
        const share = value / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const ground = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const colour = getComputedStyle(at).backgroundColor
        if (channels(colour)[3] !== 0) return colour
      }
      return 'rgb(255, 255, 255)'
    }
    const words = 'h1, h2, h3, p, th, td, li, button, code, summary, nav a, small, .mark, .drawing svg text'
    return [...document.querySelectorAll(words)]
      .filter((element) => element.textContent.trim() !== '' && element.getClientRects().length > 0)
      .map((element) => {
        const style = getComputedStyle(element)
        const [low, high] = [
          luminance(element instanceof SVGElement ? style.fill : style.color),
          luminance(ground(element)),
        ].sort((a, b) => a - b)
        return { text: element.textContent.slice(0, 40), ratio: (high + 0.05) / (low + 0.05) }
      })
  },
}
