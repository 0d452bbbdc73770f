import assert from 'node:assert/strict'
import { contradictionFigure } from '../../../reports/sections/contradiction.ts'
import { test } from '../../support/test.ts'
import { CONTRADICTION } from '../contradiction-example.ts'

interface Bar {
  readonly left: number
  readonly right: number
}

function bars(html: string): Bar[] {
  return [...html.matchAll(/left:([\d.]+)%;width:([\d.]+)%/g)].map(([, left, width]) => ({
    left: Number(left),
    right: Number(left) + Number(width),
  }))
}

test('each operation has its interval, in the order of its moments and not to their scale', () => {
  const [first, second, third, fourth] = bars(contradictionFigure(CONTRADICTION).text) as [Bar, Bar, Bar, Bar]
  assert.ok(Math.abs(first.right - second.left) < 0.02, 'one microsecond is one place')
  assert.ok(second.left < third.left && third.right < fourth.left && fourth.right < 100)
  assert.ok(Math.abs(second.right - 100) < 0.02, 'without an answer it is open to the right')
  assert.ok(third.left - second.left < 25, 'ten seconds of nothing take no room')
})

test('operations are named with client, row, level and outcome', () => {
  const { text } = contradictionFigure(CONTRADICTION)
  assert.match(text, /<span class="client">client 2<\/span>.*<b>write 2<\/b>.*0\.010000 s, outcome unknown/)
  assert.match(text, /<span class="client">client<\/span>.*<b>read 3<\/b> shows row 1/)
  assert.match(text, /<b>read 4<\/b> shows no row, SESSION/)
  assert.match(text, /10\.000000 to 10\.002000 s/)
  assert.doesNotMatch(text, /<write>/)
})

test('a read has the colour of the row that it shows', () => {
  const colours = [
    ...contradictionFigure(CONTRADICTION).text.matchAll(/class="bar (\w+)[^"]*"[^>]*--c:(var\([^)]*\))/g),
  ]
  const [first, second, third, fourth] = colours.map(([, kind, colour]) => `${kind} ${colour}`)
  assert.equal(first!.replace('write', 'read'), third)
  assert.equal(new Set([first, second, fourth].map((one) => one!.split(' ')[1])).size, 3)
})
