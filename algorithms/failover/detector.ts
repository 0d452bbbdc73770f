/**
 * When is the source gone? A pure judgement over what arrived over the network, never over what the operating system
 * or a container engine knows (failover/rules.md section 3).
 */

import { aboutText, counted } from '../wording.ts'

export interface SourceEvidence {
  readonly nowUs: number
  /** Latest probe outcome of the source; null: none yet in this epoch. */
  readonly probe: 'answered' | 'failed' | null
  /** First of the probe failures that nothing has interrupted; null while the latest probe was answered. */
  readonly probeFailingSinceUs: number | null
  /** The latest statement of a client on the source: did the connection fail? null: none ran yet. */
  readonly client: 'answered' | 'failed' | null
  readonly clientFailingSinceUs: number | null
  /** Probed after the source began to fail: is the replica still fed? */
  readonly replicas: readonly { readonly fed: boolean }[]
  /** The source answers, but it is read-only or offline: it restarted, or somebody fenced it. */
  readonly lostItsRole: boolean
  /** Writes have waited for their execution or their quorum without progress since. */
  readonly unacknowledgedSinceUs: number | null
}

interface DetectorTuning {
  readonly unreachableUs: number
  readonly stalledUs: number
}

type Detection =
  | { readonly kind: 'fine' }
  /** Worth looking closer at once: probe everybody now. */
  | { readonly kind: 'suspect'; readonly reason: string }
  | { readonly kind: 'gone'; readonly reason: string }
  /** Reachable, but useless where it is: move while it can still be fenced. */
  | { readonly kind: 'stalled'; readonly reason: string }

export function judgeSource(evidence: SourceEvidence, tuning: DetectorTuning): Detection {
  const { nowUs, probeFailingSinceUs, clientFailingSinceUs, replicas } = evidence
  if (evidence.lostItsRole && evidence.probe === 'answered')
    return { kind: 'gone', reason: 'the source is not writable any more' }
  // A source without traffic has no client's word: the probe's then counts for both.
  const clientFails = evidence.client === 'failed' || evidence.client === null
  if (evidence.probe === 'failed' && probeFailingSinceUs !== null) {
    const fed = replicas.filter((replica) => replica.fed).length
    if (clientFails && replicas.length > 0 && fed === 0)
      return {
        kind: 'gone',
        reason: `client and probe fail, and ${replicas.length} of ${counted(replicas.length, 'replica')} lost the source`,
      }
    const sinceUs = Math.max(probeFailingSinceUs, clientFailingSinceUs ?? probeFailingSinceUs)
    if (nowUs - sinceUs >= tuning.unreachableUs)
      return {
        kind: 'gone',
        reason: `unreachable for ${aboutText(nowUs - sinceUs)} (${fed} of ${counted(replicas.length, 'replica')} ${fed === 1 ? 'is' : 'are'} still fed)`,
      }
    return { kind: 'suspect', reason: 'a probe failed' }
  }
  if (evidence.unacknowledgedSinceUs !== null && nowUs - evidence.unacknowledgedSinceUs >= tuning.stalledUs)
    return {
      kind: 'stalled',
      reason: `writes have waited for their quorum for ${aboutText(nowUs - evidence.unacknowledgedSinceUs)}`,
    }
  if (evidence.client === 'failed') return { kind: 'suspect', reason: 'a statement failed' }
  return { kind: 'fine' }
}
