/**
 * One axis of time for all charts. Each drawing has a parameter `timeDomain`; whoever is dragged, clicked or typed in
 * changes the one domain here, and every chart is told.
 */
const timeCharts = []
let fullDomain = null
let shownDomain = null
let pending = false

function joinTimeAxis(figure, view, readout) {
  const plot = figure.querySelector('.plot')
  const cursor = document.createElement('div')
  cursor.className = 'cursor'
  const brush = document.createElement('div')
  brush.className = 'brush'
  plot.append(cursor, brush)
  const chart = { figure, plot, view, readout, cursor, brush, line: figure.querySelector('.readout') }
  timeCharts.push(chart)
  const domain = view.scale('x').domain()
  fullDomain = fullDomain
    ? [Math.min(fullDomain[0], domain[0]), Math.max(fullDomain[1], domain[1])]
    : [domain[0], domain[1]]
  listenToPointer(chart)
  plot.addEventListener('keydown', (event) => onKey(event))
  plot.addEventListener('dblclick', () => showDomain(null))
}

/** Where the data are drawn, in the page and in the plot's own box. */
function innerBox(chart) {
  const frame = chart.plot.querySelector('.role-frame.root > g > path.background').getBoundingClientRect()
  const outer = chart.plot.getBoundingClientRect()
  return { page: frame, left: frame.left - outer.left, top: frame.top - outer.top, width: frame.width, height: frame.height }
}

function timeAt(chart, clientX) {
  const { page } = innerBox(chart)
  const [from, to] = shownDomain ?? fullDomain
  const share = Math.min(1, Math.max(0, (clientX - page.left) / page.width))
  return from + share * (to - from)
}

function listenToPointer(chart) {
  let start = null
  chart.plot.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    start = { x: event.clientX, ms: timeAt(chart, event.clientX) }
    chart.plot.setPointerCapture(event.pointerId)
  })
  chart.plot.addEventListener('pointermove', (event) => {
    const ms = timeAt(chart, event.clientX)
    showCursor(ms)
    if (start !== null && Math.abs(event.clientX - start.x) > 4) placeBrush(chart, start.ms, ms)
  })
  chart.plot.addEventListener('pointerup', (event) => {
    const from = start
    start = null
    chart.brush.style.display = 'none'
    if (from === null || Math.abs(event.clientX - from.x) <= 4) return
    const to = timeAt(chart, event.clientX)
    showDomain([Math.min(from.ms, to), Math.max(from.ms, to)])
  })
  chart.plot.addEventListener('pointercancel', () => {
    start = null
    chart.brush.style.display = 'none'
  })
  chart.plot.addEventListener('pointerleave', () => showCursor(null))
}

function placeBrush(chart, a, b) {
  const box = innerBox(chart)
  const [from, to] = shownDomain ?? fullDomain
  const x = (ms) => box.left + ((ms - from) / (to - from)) * box.width
  Object.assign(chart.brush.style, {
    display: 'block',
    left: `${Math.min(x(a), x(b))}px`,
    width: `${Math.abs(x(b) - x(a))}px`,
    top: `${box.top}px`,
    height: `${box.height}px`,
  })
}

function showCursor(ms) {
  const [from, to] = shownDomain ?? fullDomain
  for (const chart of timeCharts) {
    if (ms === null) {
      chart.cursor.style.display = 'none'
      chart.line.textContent = ''
      continue
    }
    const box = innerBox(chart)
    Object.assign(chart.cursor.style, {
      display: 'block',
      left: `${box.left + ((ms - from) / (to - from)) * box.width}px`,
      top: `${box.top}px`,
      height: `${box.height}px`,
    })
    chart.line.replaceChildren(...readoutAt(chart, ms, to - from))
  }
}

function readoutAt({ readout }, ms, spanMs) {
  const { timesMs, intervalMs, lines } = readout
  const index = timesMs.length === 0 ? -1 : Math.floor((ms - timesMs[0]) / intervalMs)
  const time = document.createElement('b')
  time.textContent = `${shortSeconds(ms, spanMs)} s`
  const parts = [time]
  for (const { label, unit, values } of lines) {
    const value = values[index] ?? null
    const name = document.createElement('span')
    name.textContent = `   ${label} `
    parts.push(name, value === null ? '\u2013' : `${shortNumber(value)}${unit === '' ? '' : unit.startsWith('/') ? unit : ` ${unit}`}`)
  }
  return parts
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const [from, to] = shownDomain ?? fullDomain
  const span = to - from
  const middle = (from + to) / 2
  const moves = {
    '+': () => [middle - span / 4, middle + span / 4],
    '=': () => [middle - span / 4, middle + span / 4],
    '-': () => [middle - span, middle + span],
    ArrowLeft: () => [from - span / 5, to - span / 5],
    ArrowRight: () => [from + span / 5, to + span / 5],
    Escape: () => null,
    0: () => null,
  }
  const move = moves[event.key]
  if (move === undefined) return
  event.preventDefault()
  showDomain(move())
}

/** `null`: the whole run. A domain keeps its span at the edges and is never narrower than a millisecond. */
function showDomain(domain) {
  if (domain !== null) {
    const whole = fullDomain[1] - fullDomain[0]
    const span = Math.min(whole, Math.max(1, domain[1] - domain[0]))
    const from = Math.min(Math.max(fullDomain[0], domain[0]), fullDomain[1] - span)
    domain = span >= whole ? null : [from, from + span]
  }
  shownDomain = domain
  const box = document.getElementById('zoom')
  const text =
    domain === null
      ? ''
      : `${shortSeconds(domain[0], domain[1] - domain[0])} to ${shortSeconds(domain[1], domain[1] - domain[0])} s`
  box.hidden = domain === null
  box.querySelector('span').textContent = text
  document.getElementById('said').textContent = domain === null ? 'Whole run shown' : `Zoomed to ${text}`
  if (pending) return
  pending = true
  requestAnimationFrame(() => {
    pending = false
    showCursor(null)
    for (const { view } of timeCharts) view.signal('timeDomain', shownDomain).runAsync()
  })
}
