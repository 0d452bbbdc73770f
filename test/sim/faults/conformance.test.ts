import { parseScenario } from '../../../scenarios/file/load.ts'
import { atOnce, faultSchedule } from '../../../sim/faults/fault-world.ts'
import { SimCluster } from '../../../sim/mysql/cluster.ts'
import { conforms, FAULT_CASES, type Play } from '../../scenarios/faults/fault-conformance.ts'
import { test } from '../../support/test.ts'

const UNIT_MS = 3_000

/** Servers and services that run; no coordinator, so nobody fails over. */
const play: Play = async (steps) => {
  const cluster = new SimCluster(parseScenario('name: conformance', 'conformance.yaml'), 1)
  const { queue } = cluster.kernel
  cluster.bootServers()
  queue.run(3_000_000)
  Object.assign(cluster.mysql.server('node1').instance!, { readOnly: false, superReadOnly: false })
  const schedule = faultSchedule(cluster, queue.now, steps)
  schedule.begin()
  queue.run(queue.now + (steps.length + 2) * UNIT_MS * 1000)
  atOnce(schedule.heal())
  queue.run(queue.now + UNIT_MS * 1000)
  atOnce(schedule.lookAfter())
  const notes = cluster.events.flatMap((event) => (event.kind === 'note' ? [event.text] : []))
  return { records: schedule.records, notes }
}

for (const one of FAULT_CASES) test(`simulated: ${one.title}`, () => conforms(one, UNIT_MS, play))
