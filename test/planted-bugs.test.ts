/**
 * The suite itself on trial. Each bug of test/planted/bugs is planted in a copy of the project, and the hunt that is
 * named for it must catch it there, and find nothing in the project as it is. A suite that passes on broken code
 * proves nothing by passing.
 */
import assert from 'node:assert/strict'
import { PLANTED_BUGS } from './planted/bugs.ts'
import type { Hunt, PlantedBug } from './planted/planted-bug.ts'
import { plantedTree, removeTree } from './planted/tree.ts'
import { type Verdict, verdictOf } from './planted/verdict.ts'
import { test } from './support/test.ts'

const AT_ONCE = 2

test('every planted bug is caught, and by nothing that the project itself sets off', {
  deadlineMs: 300_000,
}, async () => {
  const caught = await inTrees(PLANTED_BUGS, (bug) => ({ edits: bug.edits, hunt: bug.hunt }))
  // A bug's tests are run on the sound project anyway; the swarm's runs of a hunt are not.
  const swarms = [...new Map(PLANTED_BUGS.filter(isSwarm).map(({ hunt }) => [JSON.stringify(hunt), hunt])).values()]
  const alarms = await inTrees(swarms, (hunt) => ({ edits: [], hunt }))

  for (const [bug, verdict] of caught) console.log(`  ${bug.name}: ${wordsOf(verdict)}`)
  const found = caught.filter(([, verdict]) => verdict.kind === 'caught').length
  console.log(`planted bugs: ${found} of ${PLANTED_BUGS.length}`)
  const escaped = caught.filter(([, verdict]) => verdict.kind !== 'caught').map(([bug]) => bug.name)
  assert.deepEqual(escaped, [], `not caught: ${escaped.join(', ')}`)
  const false_ = alarms.filter(([, verdict]) => verdict.kind !== 'missed')
  assert.deepEqual(false_, [], 'a hunt that finds something in sound code')
})

test('a planted bug that does not fit its source is an error', () => {
  const edit = { file: 'sim/run.ts', find: 'no such text anywhere', replace: '' }
  assert.throws(() => plantedTree([edit]), /expected its text once in sim\/run.ts, found it 0 times/)
})

test('there are at least 25 planted bugs, each with a name and a story of its own', () => {
  assert.ok(PLANTED_BUGS.length >= 25, `${PLANTED_BUGS.length}`)
  assert.equal(new Set(PLANTED_BUGS.map(({ name }) => name)).size, PLANTED_BUGS.length)
  assert.equal(new Set(PLANTED_BUGS.map(({ story }) => story)).size, PLANTED_BUGS.length)
})

function isSwarm(bug: PlantedBug): bug is PlantedBug & { readonly hunt: Extract<Hunt, { kind: 'swarm' }> } {
  return bug.hunt.kind === 'swarm'
}

/** Two at a time, each in a tree of its own; results in the order of `items`. */
async function inTrees<T>(
  items: readonly T[],
  of: (item: T) => Pick<PlantedBug, 'edits' | 'hunt'>,
): Promise<(readonly [T, Verdict])[]> {
  const verdicts = new Map<T, Verdict>()
  const waiting = [...items]
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const { edits, hunt } = of(item)
      const folder = plantedTree(edits)
      try {
        verdicts.set(item, await verdictOf(folder, hunt))
      } finally {
        removeTree(folder)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return items.map((item) => [item, verdicts.get(item)!] as const)
}

function wordsOf(verdict: Verdict): string {
  if (verdict.kind === 'caught') return `caught by ${verdict.by}`
  return verdict.kind === 'missed' ? 'NOT CAUGHT' : `does not run: ${verdict.output.slice(0, 2000)}`
}
