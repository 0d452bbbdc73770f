/** The failovers that are told. */
import { readFileSync } from 'node:fs'

export interface Story {
  /** Its file is `NAME.txt`. */
  readonly name: string
  readonly title: string
  /** What to look for, for who has never seen one. */
  readonly about: string
  readonly yaml: string
}

const scenario = (name: string, duration: string, faults: string) => `name: ${name}
cluster: { nodes: 4 }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload: { ratePerSec: 400, clients: 32, reads: 0.3, keys: 20, duration: ${duration} }
faults:
${faults}
checks: [acknowledged-writes-survive, single-writer, replicas-converge, linearizable]
`

export const STORIES: readonly Story[] = [
  {
    name: 'crash-of-the-source',
    title: 'The source crashes and comes back',
    about: `The source dies under load. Its replicas lose their connection at once, so nobody has to wait for a timeout: the
coordinator stops the replicas, reads what they hold, lets the policy choose, and makes the winner the source of a new
epoch. What clients ask meanwhile fails, or ends as unknown where it may have happened. The old server takes a second to
boot; then it comes back read-only, is compared, and follows.`,
    yaml: scenario('a-crash', '5s', '  - { at: 1s, crash: source }\n  - { at: 3s, restart: crashed }'),
  },
  {
    name: 'lost-relay-log',
    title: 'A relay log is lost in the middle of a failover',
    about: `Under acknowledge: received a write counts as held when it is in a relay log. Here two of five servers hold
what was acknowledged, unapplied, and the source dies. While the take-over waits for node3 to apply, node2 loses its relay
log. Nothing may be left out all the same: the coordinator sees the loss, judges everything again, and would rather refuse
to take over than lose a write. When node3 can apply what it has, it becomes the source with all of it.`,
    yaml: readFileSync(new URL('../fixtures/cases/safety-1-snapshot.yaml', import.meta.url), 'utf8'),
  },
  {
    name: 'paused-source',
    title: 'The source freezes, and wakes up with writes that nobody else has',
    about: `One of five servers is down already and the applier of another stands still when the source freezes in the middle
of its writes: nothing is refused, nothing is closed, nobody answers. Read it for five questions: what broke, who noticed
it and when, who could not win and why, who won and why, and what became of the old source.`,
    yaml: scenario(
      'a-pause',
      '9s',
      `  - { at: 500ms, crash: node5 }
  - { at: 1s, block-applier: node4 }
  - { at: 1500ms, pause: source, for: 4s }
  - { at: 4s, unblock-applier: node4 }`,
    ).replace('nodes: 4', 'nodes: 5'),
  },
  {
    name: 'planned-switchover',
    title: 'The source is moved on purpose',
    about: `The same procedure without an accident. Everything slow happens before clients notice: the successor catches up
first, then new operations wait at the coordinator, those under way are finished, the old source is fenced, and the
successor promoted. Nobody's operation fails.`,
    yaml: scenario('a-planned-switchover', '2s', '  - { at: 1s, switchover: node3 }'),
  },
]
