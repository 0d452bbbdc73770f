/**
 * Cabinet on a source with replicas (Zhang et al., PVLDB 18(5):1439-1452). The source holds the top weight; a write is
 * acknowledged when the weight of those that hold it exceeds the threshold; after each round the replicas are re-ranked
 * by the order in which they acknowledged (`weighted-rounds.ts`).
 *
 * Every set above the threshold has at least t+1 servers, the source among them: t replicas. So k = t, exactly as under
 * `flexible`, and a take-over reads n-t replicas. The weights choose *which* t replicas a write waits for.
 */
import type { PolicySettings } from '../policy-facts.ts'
import type { QuorumPolicy } from './policy.ts'
import type { QuorumKind } from './policy-kind.ts'
import { largestFailureThreshold, weightsOf } from './weights.ts'

function cabinet({ failureThreshold, weightRatio }: PolicySettings): QuorumPolicy {
  return {
    name: 'cabinet',
    replicasRequired: () => failureThreshold,
    select: (_replicas, required) => ({ members: null, needed: required }),
    weigh: (nodes) => weightsOf(nodes, failureThreshold, weightRatio),
  }
}

export const CABINET: QuorumKind = {
  name: 'cabinet',
  parameters: ['failureThreshold', 'weightRatio'],
  colour: 1,
  promise: 'the same as `flexible`, and that servers above half of the weight hold an acknowledged transaction',
  noPromise: 'what `flexible` does not; a gain where no replica is lastingly faster',
  guarantees: ['survives-failover'],
  row: {
    k: 't',
    writesGoOnWith: 'any n-t servers',
    takeOver: 'n-t replicas',
    waitsFor: 'the t heaviest, or more lighter ones',
    atFour: '1, any 1, all 3',
    source: 'Zhang et al., PVLDB 18(5):1439-1452',
  },
  anyReplicas(nodes, { failureThreshold: t, weightRatio }) {
    if (t < 1 || t > largestFailureThreshold(nodes)) return null
    const { weights, threshold } = weightsOf(nodes, t, weightRatio)
    // The source is the heaviest; whoever else holds the write may be the lightest.
    const least = [weights[0]!, ...weights.slice(nodes - t)].reduce((sum, weight) => sum + weight, 0)
    if (least <= threshold) return null
    const replicas = t === 1 ? 'one replica' : `${t} replicas`
    return { k: t, because: `the source and any ${replicas} outweigh the rest ${whichRatios(nodes, t)}` }
  },
  make: cabinet,
}

/** For n = 2t+1: any n-t servers exceed half of the weight (I2 in weights.ts), and those are t+1. */
function whichRatios(nodes: number, failureThreshold: number): string {
  if (nodes === 2 * failureThreshold + 1) return 'whatever the ratio, as any n-t servers do'
  return nodes === 4 && failureThreshold === 1
    ? 'whatever the ratio, as r^3 + 1 - r^2 - r = (r-1)^2 (r+1) > 0'
    : 'with this ratio of the weights'
}
