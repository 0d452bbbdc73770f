/** `npm run bench` runs every benchmark, `npm run bench NAME` one of them; an unknown name gets the list. */
import { coordinatorCost } from './coordinator-cost.ts'
import { detection } from './detection.ts'
import { door } from './door.ts'
import { eventCore } from './event-core.ts'
import { fiber } from './fiber.ts'
import { linearizability } from './linearizability.ts'
import { links } from './links.ts'
import { localFailover } from './local-failover.ts'
import { queue } from './queue.ts'
import { raft } from './raft.ts'
import { raftLeaders } from './raft-leaders.ts'
import { received } from './received.ts'
import { servedStatements } from './served-statements.ts'
import { simulator } from './simulator.ts'
import { pieces } from './small-parts.ts'
import { trials } from './trials.ts'
import { up } from './up.ts'

interface Benchmark {
  readonly name: string
  readonly about: string
  readonly run: () => unknown
}

const BENCHMARKS: readonly Benchmark[] = [
  { name: 'event-core', about: 'quorum echo on the bare event queue, against simjs', run: eventCore },
  { name: 'queue', about: 'take, draw and schedule with 64 to 100,000 pending, against a heap of objects', run: queue },
  { name: 'pieces', about: 'a draw, a delay, a recorded latency, a hashed event', run: pieces },
  { name: 'fiber', about: 'a call and a race by a fiber, against a callback', run: fiber },
  { name: 'linearizability', about: 'verdict on 10,000 operations, 32 clients, 100 keys', run: linearizability },
  { name: 'simulator', about: 'primary-crash at 2,000 operations/s for 60 s with all checks', run: simulator },
  { name: 'door', about: 'what people wait for, as multiples of a bare node', run: door },
  { name: 'trials', about: 'eight trials of primary-crash on two threads, against one', run: trials },
  { name: 'detection', about: 'rules that give up a silent server: false alarms, and how soon', run: detection },
  { name: 'raft', about: "rounds of 50 servers under Cabinet's settings, by quorum; events a second", run: raft },
  {
    name: 'raft-leaders',
    about: "commit delay of 7 Raft replicas under SEER's injections, by policy",
    run: raftLeaders,
  },
  {
    name: 'local-failover',
    about: 'real servers: ready, and SIGKILL to the first acknowledged write',
    run: localFailover,
  },
  {
    name: 'coordinator-cost',
    about: 'real servers: writes through the coordinator against bare mysql2',
    run: coordinatorCost,
  },
  {
    name: 'received',
    about: 'real servers: STRONG writes acknowledged on receipt against plain semi-sync',
    run: received,
  },
  {
    name: 'links',
    about: 'real servers: writes through the proxy and into a namespace, against direct ones',
    run: links,
  },
  {
    name: 'served',
    about: 'real servers: statements through /query and the MySQL front, against bare mysql2',
    run: servedStatements,
  },
  { name: 'up', about: 'real servers: the whole system to green, against four bare servers', run: up },
]

const wanted = process.argv[2]
const chosen = BENCHMARKS.filter(({ name }) => wanted === undefined || name === wanted)
if (chosen.length === 0) {
  console.error(`no benchmark is called ${wanted}; there are:`)
  for (const { name, about } of BENCHMARKS) console.error(`  ${name.padEnd(16)} ${about}`)
  process.exitCode = 2
}
for (const benchmark of chosen) await benchmark.run()
