/**
 * A take-over goes by one snapshot: whoever loses its relay log after the stop, while the winner drains and donors are
 * tried, nothing that was acknowledged is left out, and what is left out is what the snapshot shows that too few held.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from '../../support/test.ts'
import { acknowledged, type Case, cases, LEFT_OUT, takeOver, WRITES } from './drawn-take-overs.ts'

const RUNS = 1_500

/**
 * The newest source is mostly gone, its replicas have received more or less of what it wrote, and applied little: most
 * appliers do not run, and half of all cannot. So what is acknowledged is often in a few relay logs alone.
 */
const behind: fc.Arbitrary<Case> = cases.map(({ servers, sources, k, ...drawn }) => ({
  ...drawn,
  sources,
  lost: null,
  // As few as the policy lets acknowledge.
  k: [k[0], k[0]],
  servers: servers.map((one, i) => {
    // Of four appliers one runs, two cannot, and one can be started (drawn-take-overs.ts: by the preference).
    const kind = one.preference % 4
    return {
      ...one,
      answers: i === sources[1] ? one.preference % 5 === 0 : one.answers || one.preference % 3 > 0,
      seen: one.seen || i === sources[1],
      // Several of those that cannot apply it have the last of it.
      received: kind % 3 > 0 && one.received < 0.6 ? 1 : 0.5 + 0.4 * one.received,
      executed: one.executed ** 2,
      applies: kind === 0,
      preference: one.preference - kind + [0, 2, 2, 1][kind]!,
    }
  }),
}))

interface Later {
  /** Which servers, one after another. */
  readonly losers: readonly number[]
  /** Before which of the requests that follow the stop. */
  readonly at: number
  readonly isSeen: boolean
}

const later: fc.Arbitrary<Later> = fc.record({
  losers: fc.array(fc.nat(5), { minLength: 2, maxLength: 5 }),
  at: fc.nat(2),
  isSeen: fc.integer({ min: 0, max: 3 }).map((draw) => draw > 0),
})

async function takeOverWithLosses(drawn: Case, { losers, at, isSeen }: Later) {
  let follows = 0
  const queue = [...losers]
  const lost: number[] = []
  const run = await takeOver(drawn, (servers) => {
    servers.asked = (request) => {
      const command = request.kind === 'administer' ? request.action.command : null
      // A winner is stopped once more at its end; and what is lost while it is promoted comes too late to be judged.
      if (((command === 'detach' || command === 'fence') && follows === 0) || command === 'promote') return
      const loser = follows++ < at ? undefined : queue.shift()
      if (loser !== undefined && servers.loseRelayLog(loser, isSeen)) lost.push(loser)
    }
  })
  return { ...run, lost }
}

test(`whoever loses a relay log while a take-over goes on, what was acknowledged is kept: ${RUNS} draws`, {
  deadlineMs: 120_000,
}, async () => {
  let reigns = 0
  let refusals = 0
  await fc.assert(
    fc.asyncProperty(behind, later, async (drawn, losses) => {
      const { history, had, servers, outcome, lost } = await takeOverWithLosses(drawn, losses)
      assert.ok(servers.promotions.length <= 1)
      if (lost.length > 0) outcome.kind === 'reigns' ? reigns++ : refusals++
      if (outcome.kind !== 'reigns') return
      const { index, node } = outcome.reign.source
      const { executed } = servers.states[index]!
      const lacks = acknowledged(drawn, history, had).minus(executed)
      assert.ok(lacks.isEmpty, `${node} lacks ${lacks}, which may have been acknowledged`)
      if (executed.has(history[WRITES + 1]!)) assert.ok(!executed.has(LEFT_OUT(drawn)), 'what was left out is back')
      if (losses.isSeen) assert.ok(!lost.includes(index), `${node} had lost data`)
    }),
    { numRuns: RUNS, seed: 1 },
  )
  assert.ok(reigns >= RUNS / 20 && refusals >= RUNS / 60, `${reigns} reigns and ${refusals} refusals after a loss`)
})
