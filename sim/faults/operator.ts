/** An operator at the client's machine: asks the coordinators one after another, and looks at the servers for the effect. */
import type { Outcome } from '../../algorithms/servers.ts'
import { isForAnother } from '../../scenarios/faults/answers.ts'
import type { Operator } from '../../scenarios/faults/fault-world.ts'
import { already } from '../../scenarios/faults/later.ts'
import { type ServerWord, writersSight } from '../../scenarios/faults/writers.ts'
import type { SimCluster } from '../mysql/cluster.ts'

export function operatorOf(cluster: SimCluster): Operator {
  return {
    get source() {
      return cluster.source
    },
    look: () => already(writersSight(wordsOf(cluster))),
    ask: (request, deadlineUs) => (done) => {
      const { network, coordinators } = cluster
      const client = network.process('client')
      const next = (index: number) => {
        const resume = (outcome: Outcome<unknown>) => {
          if (isForAnother(outcome) && index + 1 < coordinators.length) next(index + 1)
          else done(outcome)
        }
        network.call(client, coordinators[index]!.process, request, deadlineUs, { resume })
      }
      next(0)
    },
  }
}

function wordsOf(cluster: SimCluster): ServerWord[] {
  return cluster.mysql.servers.flatMap(({ instance, process, data }) => {
    if (instance === null) return []
    const { readOnly, offline } = instance
    return [{ name: process.name, superReadOnly: readOnly, offline, held: data.held.live }]
  })
}
