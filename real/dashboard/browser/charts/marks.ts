/** Behind the lines: faults as shaded bands, elections as rules in the new source's colour. As in reports. */
import type uPlot from 'uplot'
import type { DrawnMarks } from './lines.ts'

export function drawMarks(plot: uPlot, marks: DrawnMarks, colour: (name: string) => string): void {
  const { ctx: canvas, bbox } = plot
  const right = bbox.left + bbox.width
  const at = (seconds: number) => Math.min(right, Math.max(bbox.left, plot.valToPos(seconds, 'x', true)))
  canvas.save()
  canvas.fillStyle = `${colour('var(--band)')}1f`
  for (const { fromS, toS } of marks.bands) {
    const from = at(fromS)
    const to = at(toS)
    if (to > bbox.left && from < right) canvas.fillRect(from, bbox.top, Math.max(1, to - from), bbox.height)
  }
  canvas.fillStyle = colour('var(--band)')
  for (const { fromS } of marks.bands) {
    const from = plot.valToPos(fromS, 'x', true)
    if (from >= bbox.left && from <= right) canvas.fillRect(from, bbox.top, devicePixelRatio, bbox.height)
  }
  for (const { atS, colour: name } of marks.rules) {
    const place = plot.valToPos(atS, 'x', true)
    if (place < bbox.left || place > right) continue
    canvas.fillStyle = colour(name)
    canvas.fillRect(place - devicePixelRatio, bbox.top, 2 * devicePixelRatio, bbox.height)
  }
  canvas.restore()
}
