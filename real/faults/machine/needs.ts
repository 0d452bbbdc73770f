/** What has to be prepared before the first process is started, so that a scenario's faults can hurt the machine later. */
import { isRole, nodeNames } from '../../../scenarios/faults/aims.ts'
import type { FaultVerb } from '../../../scenarios/faults/list.ts'
import { type Scenario, timestampServerNames } from '../../../scenarios/scenario.ts'

export interface MachineNeeds {
  /** Servers whose data are on a file system of their own, which can be filled. */
  readonly sizedDisks: readonly string[]
  /** Services that are started with a wall clock which can be made wrong. */
  readonly fakedClocks: readonly string[]
}

export function needsOf({ cluster, faults }: Pick<Scenario, 'cluster' | 'faults'>): MachineNeeds {
  const meant = (verb: FaultVerb, all: readonly string[]) => {
    const words = faults.flatMap((step) => (step.verb === verb ? step.target : []))
    // Who plays a role is known when the step fires.
    return all.filter((name) => words.some((word) => word === name || isRole(word)))
  }
  return {
    sizedDisks: meant('fill-disk', nodeNames(cluster)),
    fakedClocks: meant('skew-clock', timestampServerNames(cluster.timestampServers)),
  }
}
