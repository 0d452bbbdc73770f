/**
 * Lines that are wider than the terminal are broken between words, and what follows is indented, so that nothing is cut
 * where it begins to explain. Colours take no room, and none is left on at the end of a line.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences that colour a text.
export const ESCAPES = /\x1b\[\d+m/g

/** `indent`: columns of the lines that follow the first. A `width` of infinity wraps nothing. */
export function wrapped(line: string, width: number, indent = 0): string {
  if (shownLength(line) <= width) return line
  // On a very narrow terminal an indent would leave no room for words.
  const hanging = ' '.repeat(Math.min(indent, Math.floor(width / 3)))
  const lines: string[] = []
  let current = ''
  for (const piece of piecesOf(line, width - hanging.length)) {
    const fits = shownLength(current) + shownLength(piece.trimEnd()) <= width
    if (fits || current.trim() === '') current += piece
    else {
      lines.push(current.trimEnd())
      current = hanging + piece
    }
  }
  lines.push(current.trimEnd())
  return colourEach(lines).join('\n')
}

/** Each word with the spaces behind it (those in front of the first word stand alone); a word wider than a line in parts. */
function piecesOf(line: string, most: number): string[] {
  return (line.match(/^ +|[^ ]+ */g) ?? []).flatMap((piece) => {
    if (shownLength(piece.trimEnd()) <= most) return [piece]
    const parts: string[] = []
    for (let at = 0; at < piece.length; at += Math.max(1, most)) parts.push(piece.slice(at, at + Math.max(1, most)))
    return parts
  })
}

export function shownLength(text: string): number {
  return text.replace(ESCAPES, '').length
}

/** A colour that runs over the end of a line ends there and begins again on the next. */
function colourEach(lines: readonly string[]): string[] {
  let open = ''
  return lines.map((line) => {
    const begun = open
    for (const [code] of line.matchAll(ESCAPES)) open = code === '\x1b[0m' ? '' : code
    const indent = /^ */.exec(line)![0]
    return `${indent}${begun}${line.slice(indent.length)}${open === '' ? '' : '\x1b[0m'}`
  })
}
