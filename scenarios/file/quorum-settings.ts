/** The failure threshold and the weights' ratio of a scenario: their default, and whether they fit the servers. */
import { feasibleRatios, largestFailureThreshold } from '../../algorithms/quorum/weights.ts'
import type { Refuse } from '../faults/written-fault.ts'
import type { Scenario } from '../scenario.ts'
import { quorumTakesThreshold } from './policy-names.ts'

type Written = Omit<Scenario['algorithms'], 'failureThreshold'> & { readonly failureThreshold?: number | undefined }

const THRESHOLD = ['algorithms', 'failureThreshold']
const RATIO = ['algorithms', 'weightRatio']

/** Checked whichever policy runs, so that a file stays valid when only its policy is changed. */
export function completeAlgorithms(
  written: Written,
  { protocol, nodes }: Pick<Scenario['cluster'], 'protocol' | 'nodes'>,
  refuse: Refuse,
): Scenario['algorithms'] {
  const most = largestFailureThreshold(nodes)
  const isUsed = quorumTakesThreshold(written.quorum, protocol)
  if (isUsed && most < 1)
    refuse(['algorithms', 'quorum'], `${written.quorum} with too few servers`, 'at least 3 servers', `${nodes}`)
  const failureThreshold = written.failureThreshold ?? most
  if (written.failureThreshold !== undefined && failureThreshold > most)
    refuse(THRESHOLD, 'too high a failure threshold', thresholds(most, nodes), `${failureThreshold}`)
  if (written.weightRatio !== 'largest' && failureThreshold >= 1)
    checkRatio(written.weightRatio, nodes, failureThreshold, refuse)
  return { ...written, failureThreshold }
}

function checkRatio(ratio: number, nodes: number, failureThreshold: number, refuse: Refuse): void {
  const { least, most } = feasibleRatios(nodes, failureThreshold)
  if (ratio >= least && ratio <= most) return
  // Rounded inwards: what the message names is accepted.
  const from = Math.ceil(least * 1000) / 1000
  const to = Math.floor(most * 1000) / 1000
  const range = from < to ? `a ratio from ${from.toFixed(3)} to ${to.toFixed(3)}` : `a ratio from ${least} to ${most}`
  refuse(
    RATIO,
    'weights that do not fit',
    `${range} (${nodes} servers, failure threshold ${failureThreshold}), or largest`,
    `${ratio}`,
  )
}

function thresholds(most: number, nodes: number): string {
  return most < 1 ? `none with ${nodes} servers` : `1 to ${most} with ${nodes} servers, floor((n-1)/2)`
}
