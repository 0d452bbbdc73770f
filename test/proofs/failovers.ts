/** 300 failovers under load: the source killed, paused, cut off; the coordinator killed in the middle of one. */
import { parseScenario } from '../../scenarios/file/load.ts'
import { coordinatorOf, failover } from './attempts.ts'
import type { Proof } from './proof.ts'

/** Hours, because a live cluster ends when its attempts are made, and not before. */
const underLoad = (faults: string) =>
  parseScenario(
    `
name: proof
description: Four servers and two coordinators under load for as long as the attempts take.
cluster:    { nodes: 4, coordinators: 2 }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload:   { ratePerSec: 200, clients: 32, reads: 0.3, consistency: STRONG, duration: 6h, warmup: 1s, deadline: 3s }
${faults}
checks:     [acknowledged-writes-survive, single-writer, replicas-converge, linearizable, elections-safe]
`,
    'test/proofs/failovers.ts',
  )

/** Nothing is done to links. */
export const UNDER_LOAD = underLoad('')

/** A step that never comes: by what a scenario says it is known which paths have to be ready to be cut. */
export const WITH_LINKS = underLoad('faults:     [{ at: 359m, partition: all }]')

const STEPS = ['detect', 'decide', 'catchUp', 'promote', 'reroute', 'serving'] as const
const DIRECTIONS = ['both', 'in', 'out'] as const

export const FAILOVERS: Proof = {
  says: 'failovers under load on one live cluster, everything healed between',
  scenario: WITH_LINKS,
  kinds: {
    killed: {
      count: 150,
      expects: 'failover',
      perform: (live) => {
        const { source } = live.reign
        return failover(live, [{ at: '0s', crash: source }], [{ restart: source }])
      },
    },
    paused: {
      count: 50,
      expects: 'failover',
      perform: (live) => {
        const { source } = live.reign
        return failover(live, [{ at: '0s', pause: source }], [{ resume: source }])
      },
    },
    partitioned: {
      count: 50,
      expects: 'failover',
      perform: async (live, turn) => {
        const { source } = live.reign
        const direction = DIRECTIONS[turn % DIRECTIONS.length]!
        const cut = { at: '0s', partition: source, direction }
        return { direction, ...(await failover(live, [cut], [{ heal: source }])) }
      },
    },
    'coordinator killed': {
      count: 50,
      expects: 'failover',
      perform: async (live, turn) => {
        const { source } = live.reign
        const coordinator = coordinatorOf(live)
        const failoverStep = STEPS[turn % STEPS.length]!
        const hurt = [
          { at: '0s', crash: source },
          { after: { failoverStep }, crash: coordinator },
        ]
        const mend = [{ restart: coordinator }, { restart: source }]
        const facts = await failover(live, hurt, mend)
        return { step: failoverStep, tookOver: coordinatorOf(live) === coordinator ? 'itself' : 'the other', ...facts }
      },
    },
  },
}
