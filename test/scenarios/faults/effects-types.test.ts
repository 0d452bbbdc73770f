/** What `tsc` holds the worlds to; each line that must not compile is marked, and unmarked it would fail the types. */
import assert from 'node:assert/strict'
import { EFFECTS as REAL } from '../../../real/faults/fault-effects.ts'
import { isHurt, isPossible } from '../../../scenarios/faults/facts.ts'
import type { Effects } from '../../../scenarios/faults/fault-world.ts'
import { FAULT_VERBS } from '../../../scenarios/faults/list.ts'
import { EFFECTS as SIMULATED } from '../../../sim/faults/fault-effects.ts'
import { RAFT_EFFECTS } from '../../../sim/raft/fault-effects.ts'
import { test } from '../../support/test.ts'

const { 'lose-journal': loseJournal, ...withoutOne } = REAL
type Place = Parameters<typeof loseJournal>[1]

// @ts-expect-error: a world without the effect of a verb that its record gives it
const missing: Effects<'local', Place> = withoutOne
// @ts-expect-error: a look that the verb's record does not know
const otherLook: Effects<'local', Place> = { ...withoutOne, 'lose-journal': REAL['block-applier'] }

test('each world has an effect for every verb that its records give it, and no other', () => {
  assert.ok(missing !== undefined && otherLook !== undefined)
  for (const [world, effects] of [
    ['sim', SIMULATED],
    ['raft', RAFT_EFFECTS],
    ['local', REAL],
  ] as const) {
    const possible = FAULT_VERBS.filter((verb) => isHurt(verb) && isPossible(verb, world))
    assert.deepEqual(Object.keys(effects).sort(), [...possible].sort(), world)
  }
})
