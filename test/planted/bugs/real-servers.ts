/** Bugs in what drives real servers, as far as no server is needed to see them. */
import { type PlantedBug, testsOf } from '../planted-bug.ts'

export const REAL_SERVER_BUGS: readonly PlantedBug[] = [
  {
    name: 'late-end-is-the-next-ones',
    story: 'An end that is heard of when the service runs again is judged by whether the new process may end.',
    edits: [
      {
        file: 'real/processes/service-processes.ts',
        find: 'this.#mayEnd.has(ended)',
        replace: 'this.#mayEnd.has(this.#process!)',
      },
    ],
    hunts: [testsOf('real/processes/service-processes')],
  },
  {
    name: 'ended-runs-hear-of-interrupts',
    story: 'A run that is over stays among the listeners of the interrupt.',
    edits: [{ file: 'real/ending.ts', find: '{ once: true, signal: over }', replace: '{ once: true }' }],
    hunts: [testsOf('real/ending')],
  },
  {
    name: 'options-of-another-world-are-ignored',
    story: 'What changes nothing in the world that was asked for is taken in silence.',
    edits: [
      {
        file: 'cli/local-options.ts',
        find: 'worlds.includes(on)) continue',
        replace: 'on !== undefined) continue',
      },
    ],
    hunts: [testsOf('cli/missing-environment')],
  },
]
