/** All that the faults of a run have to know of it. */
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Driver } from '../drivers/driver.ts'
import { linkPlace } from '../network/link-changes.ts'
import type { RunNetwork } from '../network/network.ts'
import type { RunProcesses } from '../processes/run-processes.ts'
import type { History } from '../run-history.ts'
import type { FaultContext } from './run-faults.ts'
import { ServerWords } from './server-words.ts'

interface Run {
  readonly scenario: Scenario
  readonly seed: number
  readonly driver: Driver
  readonly network: RunNetwork
  readonly processes: RunProcesses
  readonly history: History
}

export function faultContext(
  { scenario, seed, driver, network, processes, history }: Run,
  told: Pick<FaultContext, 'workloadStartUs' | 'onFailure' | 'onNote'>,
): FaultContext {
  return {
    ...{ world: driver.world, nodes: driver.nodes, targets: processes.faultTargets(), seed },
    ...linkPlace(network, scenario),
    source: () => history.source,
    issuer: () => history.issuer,
    ask: (request, deadlineUs) => processes.ask(request, deadlineUs),
    writers: new ServerWords(driver),
    ...told,
  }
}
