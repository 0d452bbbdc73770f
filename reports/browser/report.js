/** Draws every figure, and joins those over time. */
async function draw(figure) {
  const data = JSON.parse(figure.querySelector('script.data').textContent)
  const drawing = figure.querySelector('.drawing')
  const plot = figure.querySelector('.plot')
  const { view } = await vegaEmbed(
    drawing,
    { ...data.spec, width: plot.clientWidth },
    { ast: true, renderer: 'svg', actions: false, tooltip: false, hover: false, defaultStyle: false, mode: 'vega-lite' },
  )
  let width = plot.clientWidth
  new ResizeObserver(() => {
    if (plot.clientWidth === width || plot.clientWidth === 0) return
    width = plot.clientWidth
    view.width(width).runAsync()
  }).observe(plot)
  addChartTools(figure, view, data)
  return () => {
    if (data.readout !== null) joinTimeAxis(figure, view, data.readout)
  }
}

async function drawAll() {
  const figures = [...document.querySelectorAll('figure.chart')]
  const drawn = await Promise.allSettled(figures.map(draw))
  drawn.forEach((outcome, index) => {
    if (outcome.status === 'fulfilled') return outcome.value()
    console.error(outcome.reason)
    const sorry = document.createElement('p')
    sorry.className = 'waiting'
    sorry.textContent = `This chart could not be drawn: ${outcome.reason.message}`
    figures[index].querySelector('.drawing').append(sorry)
  })
  document.getElementById('zoom').querySelector('button').addEventListener('click', () => showDomain(null))
  for (const button of document.querySelectorAll('.jump button'))
    button.addEventListener('click', () => {
      const { from, to } = button.dataset
      showDomain(from === '' ? null : [Number(from), Number(to)])
    })
  document.documentElement.dataset.drawn = String(drawn.filter(({ status }) => status === 'fulfilled').length)
}

function setUpCommands() {
  nameThisPage()
  for (const box of document.querySelectorAll('.commands')) {
    const what = box.dataset.copies ?? 'the commands'
    box.append(toolButton('Copy', `Copy ${what}`, () => copyText(box.querySelector('code').textContent)))
  }
}

/** A command that runs this page again needs its path, which only the page itself knows. */
function nameThisPage() {
  const code = document.querySelector('code[data-self]')
  if (code === null || location.protocol !== 'file:') return
  const path = decodeURIComponent(location.pathname)
  const word = /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
  code.textContent = code.textContent.replace(code.dataset.self, () => word)
}

/** Paper cannot be unfolded: evidence is printed, the long log is not unless it was open. */
function setUpPrint() {
  let opened = []
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details.check:not([open])')]
    for (const details of opened) details.open = true
  })
  addEventListener('afterprint', () => {
    for (const details of opened) details.open = false
  })
}

setUpTheme()
setUpPrint()
setUpCommands()
for (const figure of document.querySelectorAll('figure.table')) addTableTools(figure)
drawAll()
