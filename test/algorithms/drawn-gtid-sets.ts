/** GTID sets drawn by fast-check, as what they mean and as one of the many texts that mean it. */
import fc from 'fast-check'

export const UUIDS = [
  '00000000-0000-0000-0000-00000000000a',
  'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  '716c6162-0000-0001-0200-000000000005',
] as const
const TAGS = ['', '', 'a', 'ab', 'tag', '_x9', 'a2345678901234567890123456789012']
const SPELLINGS: readonly ((uuid: string) => string)[] = [
  (uuid) => uuid,
  (uuid) => uuid.toUpperCase(),
  (uuid) => uuid.replaceAll('-', ''),
  (uuid) => `{${uuid}}`,
]

export interface Piece {
  readonly uuid: string
  /** '': none. */
  readonly tag: string
  readonly first: number
  readonly last: number
}

interface Written extends Piece {
  readonly spelling: number
  readonly space: string
  /** Behind the piece before it, where that is of the same uuid and a tag follows or goes on. */
  readonly joins: boolean
}

const written: fc.Arbitrary<Written> = fc
  .record({
    uuid: fc.constantFrom(...UUIDS),
    tag: fc.constantFrom(...TAGS),
    first: fc.integer({ min: 1, max: 15 }),
    more: fc.integer({ min: 0, max: 4 }),
    spelling: fc.nat(SPELLINGS.length - 1),
    space: fc.constantFrom('', '', ' ', '\n'),
    joins: fc.boolean(),
  })
  .map(({ more, ...piece }) => ({ ...piece, last: piece.first + more }))

export const drawnSets = fc
  .array(written, { maxLength: 8 })
  .map((pieces) => ({ pieces: pieces as readonly Piece[], text: textOf(pieces) }))

/** `uuid:1-3:tag:4,{uuid}:5`: pieces of a uuid share an item where they may. */
function textOf(pieces: readonly Written[]): string {
  let text = ''
  let before: Written | null = null
  for (const piece of pieces) {
    const { uuid, tag, first, last, spelling, space, joins } = piece
    const numbers = first === last ? `${first}` : `${first}${space}-${space}${last}`
    // Once an item has named a tag, nothing in it is without one.
    const continues = before !== null && joins && before.uuid === uuid && (tag !== '' || before.tag === '')
    if (!continues) text += `${before === null ? '' : ','}${space}${SPELLINGS[spelling]!(uuid)}`
    if (tag !== '' && !(continues && before?.tag === tag)) text += `:${tag.toUpperCase()}${space}`
    text += `:${space}${numbers}`
    before = piece
  }
  return text
}
