import type { CoordinatorAlgorithms, Scenario } from '../scenario.ts'

/** What the coordinator of MySQL servers runs. A Raft group has none: whoever asks then has mixed the two up. */
export function coordinatorAlgorithms({ algorithms, raft }: Scenario): CoordinatorAlgorithms {
  if (raft !== null) throw new Error('assertion: a Raft group has no coordinator')
  return algorithms as CoordinatorAlgorithms
}
