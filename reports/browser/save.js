/** Charts leave as SVG or PNG with title, key and origin; tables as CSV or, pasted, as cells. */
function saveAs(name, blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

function toolButton(label, title, action) {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = label
  button.title = title
  button.setAttribute('aria-label', title)
  button.addEventListener('click', () => {
    action().then(
      () => say(`${title}: done`),
      (error) => say(`${title}: failed, ${error.message}`),
    )
  })
  return button
}

function say(text) {
  document.getElementById('said').textContent = text
}

function addChartTools(figure, view, data) {
  const name = `${document.title.split(':')[0].replace(/[^\w-]+/g, '-')}-${figure.dataset.name}`
  const tools = document.createElement('span')
  tools.className = 'tools'
  tools.append(
    toolButton('SVG', `Save ${data.title} as SVG`, async () => {
      const { text } = await pictureOf(view, data)
      saveAs(`${name}.svg`, new Blob([text], { type: 'image/svg+xml' }))
    }),
    toolButton('PNG', `Save ${data.title} as PNG`, async () => {
      const blob = await pngOf(await pictureOf(view, data))
      saveAs(`${name}.png`, blob)
    }),
  )
  figure.querySelector('figcaption').append(tools)
}

/** The drawing names colours by CSS variable, which nothing outside this page knows: they become colours here. */
function resolveColours(text) {
  const style = getComputedStyle(document.documentElement)
  return text.replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim())
}

const FONT = 'font-family="system-ui, sans-serif"'

function xml(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

async function pictureOf(view, { title, key, provenance }) {
  const chart = new DOMParser().parseFromString(await view.toSVG(), 'image/svg+xml').documentElement
  const width = Number(chart.getAttribute('width'))
  const chartHeight = Number(chart.getAttribute('height'))
  let x = 12
  let y = 46
  const entries = []
  for (const { label, colour, shape } of key) {
    const length = 34 + label.length * 6.2
    if (x > 12 && x + length > width) {
      x = 12
      y += 18
    }
    entries.push(
      shape === 'area' || shape === 'pale'
        ? `<rect x="${x + 3}" y="${y - 9}" width="10" height="10" fill="${colour}" opacity="${shape === 'pale' ? 0.35 : 1}"/>`
        : `<line x1="${x}" x2="${x + 16}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-width="3"${shape === 'dashed' ? ' stroke-dasharray="5 3"' : ''}/>`,
      `<text x="${x + 21}" y="${y}" ${FONT} font-size="11" fill="var(--muted)">${xml(label)}</text>`,
    )
    x += length
  }
  const top = key.length === 0 ? 36 : y + 12
  const perLine = Math.max(20, Math.floor((width - 24) / 5.4))
  const lines = provenance.match(new RegExp(`.{1,${perLine}}`, 'gs')) ?? []
  const height = top + chartHeight + 12 + lines.length * 13 + 6
  const body = [
    `<rect width="${width}" height="${height}" fill="var(--page)"/>`,
    `<text x="12" y="24" ${FONT} font-size="15" font-weight="600" fill="var(--ink)">${xml(title)}</text>`,
    ...entries,
    `<g transform="translate(0,${top})">${chart.innerHTML}</g>`,
    ...lines.map(
      (line, index) =>
        `<text x="12" y="${top + chartHeight + 18 + index * 13}" ${FONT} font-size="10" fill="var(--muted)">${xml(line)}</text>`,
    ),
  ].join('')
  const text = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${resolveColours(body)}</svg>`
  return { text, width, height }
}

function pngOf({ text, width, height }) {
  return new Promise((resolve, reject) => {
    const image = new Image()
    image.onerror = () => reject(new Error('the drawing could not be read back'))
    image.onload = () => {
      const canvas = document.createElement('canvas')
      canvas.width = width * 2
      canvas.height = height * 2
      const context = canvas.getContext('2d')
      context.scale(2, 2)
      context.drawImage(image, 0, 0)
      canvas.toBlob((blob) => (blob === null ? reject(new Error('no picture came out')) : resolve(blob)), 'image/png')
    }
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  })
}

function addTableTools(figure) {
  const cells = () =>
    [...figure.querySelectorAll('tr')].map((row) =>
      [...row.cells].map((cell) => cell.dataset.raw ?? cell.textContent.replace(/\s+/g, ' ').trim()),
    )
  const name = `${document.title.split(':')[0].replace(/[^\w-]+/g, '-')}-${figure.dataset.name}.csv`
  const caption = figure.querySelector('figcaption .title').textContent.trim()
  const tools = document.createElement('span')
  tools.className = 'tools'
  tools.append(
    toolButton('Copy', `Copy ${caption}`, () =>
      copyText(
        cells()
          .map((row) => row.map(asCell).join('\t'))
          .join('\n'),
      ),
    ),
    toolButton('CSV', `Save ${caption} as CSV`, async () =>
      saveAs(
        name,
        new Blob([cells().map((row) => row.map(csvField).join(',')).join('\r\n'), '\r\n'], { type: 'text/csv' }),
      ),
    ),
  )
  figure.querySelector('figcaption').append(tools)
}

function asCell(text) {
  return text.replace(/[\t\r\n]+/g, ' ')
}

/** Text that a spreadsheet would take for a formula is quoted out of that. */
function csvField(text) {
  const safe = /^[=+@]|^-(?![\d.])/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The clipboard interface is missing on pages from a file in some browsers; a hidden text area is not. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    document.body.append(area)
    area.select()
    const copied = document.execCommand('copy')
    area.remove()
    if (!copied) throw new Error('the browser does not allow it')
  }
}
