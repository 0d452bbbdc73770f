import assert from 'node:assert/strict'
import { type Output, Screen, styleOf } from '../../reports/screen.ts'
import { test } from '../support/test.ts'

function recording(terminal: boolean): Output & { text: string } {
  return {
    text: '',
    isTTY: terminal,
    columns: 60,
    write(text) {
      this.text += text
    },
  }
}

test('on a terminal the live line is below the lines that stay, and goes in the end', () => {
  const output = recording(true)
  const screen = new Screen(output, false)
  screen.live(() => 'half')
  screen.line('an event')
  screen.close()
  assert.equal(output.text, 'half\r\x1b[2Kan event\nhalf\r\x1b[2K')
})

test('the live line is not redrawn faster than an eye can follow', () => {
  const output = recording(true)
  const screen = new Screen(output, false)
  let asked = 0
  for (let i = 0; i < 1000; i++) screen.live(() => `${++asked}`)
  assert.ok(asked >= 1 && asked < 100, `${asked}`)
})

test('where there is no terminal there is no live line and no escape sequence', () => {
  const output = recording(false)
  const screen = new Screen(output, false)
  screen.live(() => 'half')
  screen.line('an event')
  screen.close()
  assert.equal(output.text, 'an event\n')
})

test('a silent screen writes nothing', () => {
  const output = recording(true)
  const screen = new Screen(output, true)
  screen.live(() => 'half')
  screen.line('an event')
  screen.close()
  assert.equal(output.text, '')
})

test('colour is for terminals, and NO_COLOR is honoured', () => {
  assert.deepEqual(styleOf(recording(true), {}), { colour: true, width: 60 })
  assert.equal(styleOf(recording(true), { NO_COLOR: '1' }).colour, false)
  assert.equal(styleOf(recording(true), { NO_COLOR: '' }).colour, true)
  assert.equal(styleOf(recording(true), { TERM: 'dumb' }).colour, false)
  assert.deepEqual(styleOf(recording(false), {}), { colour: false, width: Number.POSITIVE_INFINITY })
})

test('a terminal that was given no size is taken for one of 80 columns, not of none', () => {
  const output = { isTTY: true, columns: 0, write: () => undefined }
  assert.equal(styleOf(output, {}).width, 80)
})

test('the width is asked again after a resize, and a live line that has become several rows is taken away whole', () => {
  const output = {
    isTTY: true,
    columns: 80,
    text: '',
    write(text: string) {
      this.text += text
    },
  }
  const style = styleOf(output, {})
  assert.equal(style.width, 80)
  const screen = new Screen(output, false)
  screen.live(() => 'x'.repeat(70))
  output.columns = 40
  assert.equal(style.width, 40)
  output.text = ''
  screen.close()
  assert.equal(output.text, '\r\x1b[2K\x1b[1A\x1b[2K')
})
