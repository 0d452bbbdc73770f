/**
 * A statement without its literals: what two statements have in common that differ in values only. What MySQL says of
 * the one is then remembered for the other. Two statements with one key are the same, byte for byte, but for what stands
 * inside quotes and for whole numbers, and neither decides what a statement does. So a key need not be the best one
 * possible; where the reading is not certain there is none, and MySQL is asked each time.
 *
 * Read as under MySQL's default sql_mode: a backslash escapes inside quotes, and double quotes hold a string.
 */

/** A longer one is a bulk insert that will not come again. */
const KEY_LIMIT = 16_384

/** What a name may consist of, besides its quotes. */
const WORD = /[\w$\u0080-\uffff]+/y
const DIGITS = /^[0-9]+$/
const SPACE = /[\0-\x20\x7f]/

/** Null: there is none. */
export function literalFree(text: string): string | null {
  // What stands in these is executed, and by which server depends on a number.
  if (text.includes('/*!') || text.includes('/*M!') || text.includes('\0')) return null
  let key = ''
  for (let at = 0; at < text.length; ) {
    const character = text[at]!
    const isString = character === "'" || character === '"'
    const end = isString ? stringEnd(text, at) : pieceEnd(text, at)
    if (end < 0) return null
    if (isString) key += '\0'
    else {
      const piece = text.slice(at, end)
      key += DIGITS.test(piece) ? '0' : piece
    }
    if (key.length > KEY_LIMIT) return null
    at = end
  }
  return key
}

/** Behind the closing quote; a doubled one begins what is a string of its own here. Negative: there is none. */
function stringEnd(text: string, start: number): number {
  const quote = text[start]
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) return at + 1
  }
  return -1
}

/** Behind a name, a comment, or whatever single character it is. Negative: it has no end, or is out of place. */
function pieceEnd(text: string, start: number): number {
  switch (text[start]) {
    case '`':
      return behind(text, '`', start + 1)
    case '\\':
      return -1
    case '#':
      return lineEnd(text, start)
    case '-':
      return text[start + 1] === '-' && SPACE.test(text[start + 2] ?? ' ') ? lineEnd(text, start) : start + 1
    case '/':
      return text[start + 1] === '*' ? behind(text, '*/', start + 2) : start + 1
  }
  WORD.lastIndex = start
  return start + (WORD.exec(text)?.[0].length ?? 1)
}

function behind(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? -1 : at + mark.length
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at < 0 ? text.length : at
}
