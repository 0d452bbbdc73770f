/**
 * GTID sets as MySQL writes them, and every way in which it reads them.
 *
 * `uuid:1-5:7` are numbers of one source; from 8.3 on a source may number transactions under tags of its own, each from 1
 * on: `uuid:1-3:tag:4` is three without a tag and the fourth of `tag`. So numbers belong to a uuid or to a uuid with a
 * tag (MySQL calls the pair a TSID), and that pair, as the text `uuid:tag`, is what a set keeps its intervals by: to all
 * arithmetic it is one more uuid.
 *
 * Read are also uuids without dashes or in braces, capitals, white space, and tags and numbers in any order.
 */
import { exactInteger } from './exact-integer.ts'

const UUID = /^(?:([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})|\{(.*)\})$/
const HEX = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/
const TAG = /^[a-z_][a-z0-9_]{0,31}$/
const INTERVAL = /^(\d+)(?:\s*-\s*(\d+))?$/

/** `source`: a uuid, or `uuid:tag`. Throws an Error that quotes what is none of it. */
export function readGtidText(text: string, each: (source: string, first: number, last: number) => void): void {
  for (const part of text.split(',')) {
    const item = part.trim()
    if (item === '') continue
    const [written, ...parts] = item.split(':').map((each) => each.trim().toLowerCase())
    const uuid = uuidOf(written!)
    if (uuid === null || parts.length === 0)
      throw new Error(`not a GTID set: expected uuid:first-last, found ${JSON.stringify(item)}`)
    let source = uuid
    for (const [index, part] of parts.entries()) {
      const isTag = TAG.test(part)
      if (isTag) source = `${uuid}:${part}`
      else readInterval(part, item, (first, last) => each(source, first, last))
      if (isTag && (index === parts.length - 1 || TAG.test(parts[index + 1]!)))
        throw new Error(
          `not a GTID set: expected numbers behind the tag ${JSON.stringify(part)}, found none in ${JSON.stringify(item)}`,
        )
    }
  }
}

function readInterval(part: string, item: string, each: (first: number, last: number) => void): void {
  const match = INTERVAL.exec(part)
  const what = `a GTID number in ${JSON.stringify(item)}`
  const first = match === null ? 0 : exactInteger(match[1], what)
  const last = match?.[2] === undefined ? first : exactInteger(match[2], what)
  if (first < 1 || last < first)
    throw new Error(
      `not a GTID interval: expected first or first-last, found ${JSON.stringify(part)} in ${JSON.stringify(item)}`,
    )
  each(first, last)
}

/** With dashes, without, or with them in braces; null: none of these. */
function uuidOf(written: string): string | null {
  const [, a, b, c, d, e, braced] = UUID.exec(written) ?? HEX.exec(written) ?? []
  if (braced !== undefined) return braced.startsWith('{') || !braced.includes('-') ? null : uuidOf(braced)
  return a === undefined ? null : `${a}-${b}-${c}-${d}-${e}`
}

/**
 * MySQL's text form of sources and their flat intervals: uuids in ascending order, each once, what has no tag before
 * the tags.
 */
export function gtidText(sources: readonly string[], intervals: (source: string) => readonly number[]): string {
  const texts: string[] = []
  let last = ''
  // A uuid stands before itself with a tag, and all uuids are of one length.
  for (const source of [...sources].sort()) {
    const list = intervals(source)
    const ranges: string[] = []
    for (let i = 0; i < list.length; i += 2)
      ranges.push(list[i] === list[i + 1] ? `${list[i]}` : `${list[i]}-${list[i + 1]}`)
    const colon = source.indexOf(':')
    const uuid = colon < 0 ? source : source.slice(0, colon)
    if (uuid === last) texts.push(`${texts.pop()}:${source.slice(colon + 1)}:${ranges.join(':')}`)
    else texts.push(`${source}:${ranges.join(':')}`)
    last = uuid
  }
  return texts.join(',')
}
