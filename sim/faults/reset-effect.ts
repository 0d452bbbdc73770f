/** Connections between two processes that are reset, once: both ends hear of it, and open new ones. */
import { counted } from '../../algorithms/wording.ts'
import type { Effect } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { Pair } from '../../scenarios/faults/link-pairs.ts'
import type { Call } from '../kernel/call.ts'
import type { SimCluster } from '../mysql/cluster.ts'
import { AT_ONCE_US, effect } from './effect.ts'

export function reset({ pairs }: Item, cluster: SimCluster): Effect<'open' | 'reset'> {
  let isReset = false
  const look = () => {
    const requests = pairs.reduce((sum, pair) => sum + callsBetween(pair, cluster).length, 0)
    const state = isReset ? 'what was open was reset; ' : ''
    return { look: isReset ? 'reset' : 'open', text: `${state}${counted(requests, 'request')} under way` } as const
  }
  const act = () => {
    for (const [from, to] of pairs) {
      resetOpenedBy([from, to], cluster)
      resetOpenedBy([to, from], cluster)
    }
    isReset = true
    return () => {}
  }
  return effect(look, act, AT_ONCE_US)
}

/** Requests of the one to the other. */
function callsBetween([from, to]: Pair, { network }: SimCluster): readonly Call[] {
  return (network.process(to).life?.open ?? []).filter(({ caller }) => caller.name === from)
}

/** All that `from` has opened to `to`. */
function resetOpenedBy([from, to]: Pair, cluster: SimCluster): void {
  for (const call of callsBetween([from, to], cluster)) call.lose()
  const source = cluster.mysql.servers.find(({ process }) => process.name === to)?.instance
  const between = source?.dumpThreads.drop(({ connection }) => connection.replica.process.name === from) ?? []
  for (const thread of between) thread.connectionReset()
}
