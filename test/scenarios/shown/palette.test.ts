import assert from 'node:assert/strict'
import { INKS, nodeColour, SERIES } from '../../../scenarios/shown/palette.ts'
import { test } from '../../support/test.ts'

/** WCAG 2: relative luminance of an sRGB colour, and the contrast of two. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}

const THEMES = [0, 1] as const

test('words have a contrast of 4.5 on page and panel in both themes', () => {
  for (const theme of THEMES)
    for (const name of ['ink', 'muted', 'accent', 'pass', 'fail', 'unsure'] as const)
      for (const ground of ['page', 'panel'] as const) {
        const found = contrast(INKS[name][theme], INKS[ground][theme])
        assert.ok(found >= 4.5, `${name} on ${ground}, theme ${theme}: ${found.toFixed(2)}`)
      }
})

test('lines have a contrast of 3 on the page in both themes', () => {
  for (const theme of THEMES)
    SERIES.forEach((shades, index) => {
      const found = contrast(shades[theme], INKS.page[theme])
      assert.ok(found >= 3, `series ${index + 1}, theme ${theme}: ${found.toFixed(2)}`)
    })
})

test('a verdict is readable on its own mark', () => {
  for (const theme of THEMES)
    for (const name of ['pass', 'fail', 'unsure'] as const)
      assert.ok(contrast(INKS[name][theme], INKS.page[theme]) >= 4.5)
})

test('a node keeps its colour whoever else is in the picture', () => {
  assert.equal(nodeColour('node3', ['node1', 'node2', 'node3']), nodeColour('node3', ['node3']))
  assert.notEqual(nodeColour('node1', []), nodeColour('node2', []))
  assert.equal(nodeColour('b', ['a', 'b']), 'var(--series-2)')
})
