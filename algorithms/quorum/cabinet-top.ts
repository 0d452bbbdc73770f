/**
 * The seed's "Cabinet": weigh each replica by 1 / (latencyMs + lag + 1), 0 when unhealthy, select the heaviest
 * ceil((replicas + 1) / 2), and wait for *all* selected. Kept as it is: a selected replica that dies stalls every
 * write until the next selection, although another replica has the data. Catch-up is judged by GTIDs here; the seed's
 * own test by timestamps is a separate, unsafe form.
 */
import type { QuorumPolicy, ReplicaView } from './policy.ts'
import type { QuorumKind } from './policy-kind.ts'

export function cabinetTopWeight(replica: ReplicaView): number {
  return replica.healthy ? 1 / (replica.latencyUs / 1000 + replica.lag + 1) : 0
}

function selectionSize(replicas: number): number {
  return Math.ceil((replicas + 1) / 2)
}

const cabinetTop: QuorumPolicy = {
  name: 'cabinet-top',
  replicasRequired: (nodes) => selectionSize(nodes - 1),
  select: (replicas, required) => {
    const size = Math.max(required, selectionSize(replicas.length))
    const members = [...replicas]
      .sort((a, b) => cabinetTopWeight(b) - cabinetTopWeight(a) || a.member - b.member)
      .slice(0, size)
      .map((replica) => replica.member)
    return { members, needed: size }
  },
}

export const CABINET_TOP: QuorumKind = {
  name: 'cabinet-top',
  parameters: [],
  colour: 3,
  promise: "all of the selected top replicas, at least the reign's k, hold an acknowledged transaction",
  noPromise: 'progress while a selected replica is dead and not yet deselected',
  guarantees: ['survives-failover'],
  row: {
    k: 'ceil(n/2) selected',
    writesGoOnWith: 'the selected, all of them',
    takeOver: 'as its k demands',
    waitsFor: 'the slowest selected',
    atFour: '2, the selected 2, any 2',
    source: 'the original prototype',
  },
  anyReplicas: (nodes) =>
    selectionSize(nodes - 1) === nodes - 1 ? { k: nodes - 1, because: 'every replica is selected' } : null,
  make: () => cabinetTop,
}
