import assert from 'node:assert/strict'
import { picturesOf, pngOf } from '../../../reports/export/chart-files.ts'
import { renderReport } from '../../../reports/html.ts'
import { test } from '../../support/test.ts'
import { fixture } from '../fixtures.ts'
import { chartsIn } from '../page-parts.ts'

const WORD =
  '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text x="5" y="20" font-family="Arial">word</text></svg>'

test('every chart of the report can be a file, with its title and where it comes from', async () => {
  const result = fixture({ trials: 5 })
  const pictures = picturesOf(result)
  assert.deepEqual(
    pictures.map(({ name }) => name),
    chartsIn(await renderReport([result])).map(({ id }) => id),
  )
  const svg = await pictures.find(({ name }) => name === 'throughput')!.svg()
  assert.match(svg, /^<svg [^>]*><title>Throughput\. /)
  assert.match(svg, />[^<]*seed 1, n = 5[^<]*<\/text><\/svg>\n$/)
  assert.doesNotMatch(svg, /var\(|NaN/)
  assert.match(await pictures[0]!.svg(), />first write<.*>client outage</s)
})

test('a PNG has letters on a machine without fonts, and what could have none is refused', () => {
  const png = pngOf(WORD)
  assert.deepEqual([...png.subarray(1, 4)], [...Buffer.from('PNG')])
  const empty = pngOf(WORD.replace('word', ''))
  assert.ok(png.length > empty.length + 200, `${png.length} bytes, without letters ${empty.length}`)
  assert.throws(() => pngOf(WORD, []), /no letters can be drawn with no font/)
  assert.throws(() => pngOf(WORD, ['package.json']), /no letters can be drawn with package\.json/)
})
