/**
 * GTID sets with tags and in every spelling of a uuid, against plain sets that know no intervals and share no code: a
 * Set of strings `uuid:tag:number`, read and printed one number at a time. (test/real/mysql/gtid-sets.test.ts asks MySQL.)
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MutableGtidSet } from '../../algorithms/gtid-set.ts'
import { test } from '../support/test.ts'
import { drawnSets, type Piece, UUIDS } from './drawn-gtid-sets.ts'

type PlainSet = ReadonlySet<string>

function plainSetOf(pieces: readonly Piece[]): PlainSet {
  const plain = new Set<string>()
  for (const { uuid, tag, first, last } of pieces)
    for (let number = first; number <= last; number++) plain.add([uuid, tag, number].join('|'))
  return plain
}

/** As MySQL prints: uuids ascending, what has no tag first, then the tags; neighbours melt. */
function printed(plain: PlainSet): string {
  const members = [...plain].map((member) => member.split('|') as [string, string, string])
  const uuids = [...new Set(members.map(([uuid]) => uuid))].sort()
  return uuids
    .map((uuid) => {
      const tags = [...new Set(members.filter((member) => member[0] === uuid).map(([, tag]) => tag))].sort()
      return tags.reduce((text, tag) => {
        const numbers = members.filter((member) => member[0] === uuid && member[1] === tag).map(([, , n]) => Number(n))
        let ranges = ''
        for (const n of numbers.sort((a, b) => a - b)) {
          if (numbers.includes(n - 1)) continue
          let end = n
          while (numbers.includes(end + 1)) end++
          ranges += end === n ? `:${n}` : `:${n}-${end}`
        }
        return `${text}${tag === '' ? '' : `:${tag}`}${ranges}`
      }, uuid)
    })
    .join(',')
}

test('a drawn text is read as the set it means, and printed as MySQL prints it', () => {
  fc.assert(
    fc.property(drawnSets, ({ pieces, text }) => {
      const set = MutableGtidSet.parse(text)
      assert.equal(set.toString(), printed(plainSetOf(pieces)), text)
      assert.equal(MutableGtidSet.parse(set.toString()).toString(), set.toString())
      assert.equal(set.size, plainSetOf(pieces).size)
    }),
    { numRuns: 2_000 },
  )
})

test('union, minus, covers and equals of sets with tags agree with sets of strings', () => {
  fc.assert(
    fc.property(drawnSets, drawnSets, (left, right) => {
      const [a, b] = [MutableGtidSet.parse(left.text), MutableGtidSet.parse(right.text)]
      const [x, y] = [plainSetOf(left.pieces), plainSetOf(right.pieces)]
      assert.equal(a.union(b).toString(), printed(new Set([...x, ...y])))
      assert.equal(a.minus(b).toString(), printed(new Set([...x].filter((member) => !y.has(member)))))
      assert.equal(
        a.covers(b),
        [...y].every((member) => x.has(member)),
      )
      assert.equal(a.equals(b), printed(x) === printed(y))
    }),
    { numRuns: 2_000 },
  )
})

test('numbers of a tag are their own: neither those without a tag nor those of another', () => {
  const set = MutableGtidSet.parse(`${UUIDS[0]}:1-3:tag:4`)
  assert.equal(set.has({ uuid: UUIDS[0], number: 3 }), true)
  assert.equal(set.has({ uuid: UUIDS[0], number: 4 }), false)
  assert.equal(set.has({ uuid: `${UUIDS[0]}:tag`, number: 4 }), true)
  assert.equal(set.has({ uuid: `${UUIDS[0]}:gat`, number: 4 }), false)
  assert.equal(set.highest(UUIDS[0]), 3)
})

test('what is no tag and no uuid is refused with what was found', () => {
  const [a] = UUIDS
  const hex = a.replaceAll('-', '')
  const wrong = [
    `${a}:tag`,
    `${a}:tag:`,
    `${a}:tag:tag:1`,
    `${a}:1x:1`,
    `${a}:t-g:1`,
    `${a}:a23456789012345678901234567890123:1`,
    `${a}:tag:0`,
    `${a}:1::2`,
    `{${hex}}:1`,
    `{${a}:1`,
    `${a}}:1`,
    `{{${a}}}:1`,
    `${hex}0:1`,
    `${hex.slice(1)}:1`,
    `${a.slice(0, 8)}${a.slice(9)}:1`,
  ]
  for (const text of wrong)
    assert.throws(() => MutableGtidSet.parse(text), /not a GTID (set|interval): expected /, text)
})

test('a number beyond 2^53-1 is refused by its name, and the largest below is not taken for its neighbour', () => {
  const [a] = UUIDS
  for (const number of ['9007199254740992', '9007199254740993', '9223372036854775806'])
    for (const text of [`${a}:${number}`, `${a}:1-${number}`, `${a}:tag:5:${number}`])
      assert.throws(() => MutableGtidSet.parse(text), {
        name: 'Error',
        message: `a GTID number in ${JSON.stringify(text)} that cannot be counted exactly: expected a whole number up to 2^53-1 (9007199254740991), found ${number}`,
      })
  const set = MutableGtidSet.parse(`${a}:1-9007199254740990`)
  assert.equal(set.has({ uuid: a, number: 9_007_199_254_740_991 }), false)
  assert.equal(set.covers(MutableGtidSet.parse(`${a}:9007199254740991`)), false)
  set.add({ uuid: a, number: 9_007_199_254_740_991 })
  assert.equal(set.toString(), `${a}:1-9007199254740991`)
})
