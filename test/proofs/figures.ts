/** How long clients wait, ten times each: the medians that issue and README state. */
import { coordinatorOf, move, takeOver } from './attempts.ts'
import { FAILOVERS, UNDER_LOAD } from './failovers.ts'
import type { Proof } from './proof.ts'

const TIMES = 10

const { killed, paused } = FAILOVERS.kinds

export const FIGURES: Proof = {
  says: 'how long until the first new write, and what a planned move costs',
  scenario: UNDER_LOAD,
  kinds: {
    killed: { ...killed!, count: TIMES },
    paused: { ...paused!, count: TIMES },
    'coordinator killed': {
      count: TIMES,
      expects: 'take-over',
      perform: (live) => {
        const coordinator = coordinatorOf(live)
        return takeOver(live, [{ at: '0s', crash: coordinator }], [{ restart: coordinator }])
      },
    },
    'planned switchover': { count: TIMES, expects: 'move', perform: move },
  },
}
