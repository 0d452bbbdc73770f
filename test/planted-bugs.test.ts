/**
 * The suite itself on trial. Each bug of test/planted/bugs is planted in a copy of the project, and each hunt that is
 * named for it must catch it there, and find nothing in the project as it is. A suite that passes on broken code
 * proves nothing by passing.
 */
import assert from 'node:assert/strict'
import { PLANTED_BUGS } from './planted/bugs.ts'
import { type Verdict, verdictOf } from './planted/caught.ts'
import type { Hunt, PlantedBug } from './planted/planted-bug.ts'
import { inTree } from './planted/tree.ts'
import { test } from './support/test.ts'

const AT_ONCE = 2

test('every planted bug is caught by each of its hunts, and a hunt finds nothing in the project itself', {
  deadlineMs: 900_000,
}, async () => {
  // Tests run on the sound project anyway; the swarm's runs of a hunt do not.
  const swarms = distinct(PLANTED_BUGS.flatMap(({ hunts }) => hunts).filter(({ kind }) => kind === 'swarm'))
  const sound = swarms.map((hunt) => ({ edits: [], hunts: [hunt] }))
  const verdicts = await verdictsOf([...PLANTED_BUGS, ...sound])

  const escaped: string[] = []
  for (const [i, { name, hunts }] of PLANTED_BUGS.entries()) {
    console.log(`  ${name}: ${verdicts[i]!.map(wordsOf).join('; ')}`)
    const caught = verdicts[i]!.filter(({ kind }) => kind === 'caught').length
    if (caught < hunts.length) escaped.push(name)
  }
  console.log(`planted bugs: ${PLANTED_BUGS.length - escaped.length} of ${PLANTED_BUGS.length}`)
  assert.deepEqual(escaped, [], `not caught: ${escaped.join(', ')}`)
  const alarms = swarms.filter((_, i) => verdicts[PLANTED_BUGS.length + i]![0]!.kind !== 'missed')
  assert.deepEqual(alarms, [], 'a hunt that finds something in sound code')
})

function distinct(hunts: readonly Hunt[]): readonly Hunt[] {
  return [...new Map(hunts.map((hunt) => [JSON.stringify(hunt), hunt])).values()]
}

/** Of every hunt of each of them, in their order; two at a time, each in a tree of its own. */
async function verdictsOf(tasks: readonly Pick<PlantedBug, 'edits' | 'hunts'>[]): Promise<Verdict[][]> {
  const verdicts: Verdict[][] = tasks.map(() => [])
  const waiting = [...tasks.entries()]
  const worker = () =>
    inTree(async ({ folder, holding }) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, { edits, hunts }] = next
        await holding(edits, async () => {
          for (const hunt of hunts) verdicts[index]!.push(await verdictOf(folder, hunt))
        })
      }
    })
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return verdicts
}

function wordsOf(verdict: Verdict): string {
  if (verdict.kind === 'caught') return `caught by ${verdict.by}`
  return verdict.kind === 'missed' ? 'NOT CAUGHT' : `does not run: ${verdict.output.slice(0, 2000)}`
}
