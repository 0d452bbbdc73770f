/**
 * The suite itself on trial. Each bug of test/planted/bugs is planted in a copy of the project, and each hunt that is
 * named for it must catch it there, and find nothing in the project as it is. A suite that passes on broken code
 * proves nothing by passing.
 */
import assert from 'node:assert/strict'
import { PLANTED_BUGS } from './planted/bugs.ts'
import type { Hunt } from './planted/planted-bug.ts'
import { inTree } from './planted/tree.ts'
import { type Verdict, verdictOf } from './planted/verdict.ts'
import { test } from './support/test.ts'

const AT_ONCE = 2

test('every planted bug is caught by each of its hunts, and a hunt finds nothing in the project itself', {
  deadlineMs: 300_000,
}, async () => {
  // Tests run on the sound project anyway; the swarm's runs of a hunt do not.
  const swarms = distinct(PLANTED_BUGS.flatMap(({ hunts }) => hunts).filter(({ kind }) => kind === 'swarm'))
  const planted = PLANTED_BUGS.map((bug) => () => inTree(bug.edits, (folder) => verdictsOf(folder, bug.hunts)))
  const sound = swarms.map((hunt) => () => inTree([], (folder) => verdictsOf(folder, [hunt])))
  const verdicts = await eachOf([...planted, ...sound])

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

async function verdictsOf(folder: string, hunts: readonly Hunt[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const hunt of hunts) verdicts.push(await verdictOf(folder, hunt))
  return verdicts
}

function distinct(hunts: readonly Hunt[]): readonly Hunt[] {
  return [...new Map(hunts.map((hunt) => [JSON.stringify(hunt), hunt])).values()]
}

/** Two at a time; results in the order of `tasks`. */
async function eachOf<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = []
  const waiting = [...tasks.entries()]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await next[1]()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}

function wordsOf(verdict: Verdict): string {
  if (verdict.kind === 'caught') return `caught by ${verdict.by}`
  return verdict.kind === 'missed' ? 'NOT CAUGHT' : `does not run: ${verdict.output.slice(0, 2000)}`
}
