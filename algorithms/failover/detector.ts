/**
 * When is the source gone? A pure judgement over what arrived over the network, never over what the operating system
 * or a container engine knows (failover/rules.md section 3).
 *
 * There are three kinds of witnesses: this coordinator (its probes, and its clients' statements), the source's replicas,
 * and the other coordinators. A connection that breaks or is refused is a strong sign, silence a weak one. Who has only
 * its own silence to go by waits for the longest time; where the replicas agree, what was measured of the source decides.
 */

import { aboutText, counted } from '../wording.ts'

/**
 * What a replica has said since the silence began. `lost`: it has no connection to the source, or none over which
 * anything came for long; `unfed`: nothing came of late; `unasked`: nothing yet.
 */
export type ReplicaWord = 'lost' | 'unfed' | 'fed' | 'unasked'

export interface SourceEvidence {
  readonly nowUs: number
  /** Since when no probe and no statement was answered, this process's own lateness left out; null: they are. */
  readonly silentSinceUs: number | null
  /** How long that may last when others say the same; at most `unreachableUs`. */
  readonly boundUs: number
  /** Its last probe was refused, or broke off. */
  readonly isBroken: boolean
  readonly replicas: readonly ReplicaWord[]
  /** Another coordinator has had an answer from it since. */
  readonly isHeardElsewhere: boolean
  /** The source answers, but somebody fenced it, or it has restarted: read-only as it should, or writable. */
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
  /** Worth looking closer at once: ask everybody now. */
  | { readonly kind: 'suspect' }
  | { readonly kind: 'gone'; readonly reason: string }
  /** Reachable, but useless where it is: move while it can still be fenced. */
  | { readonly kind: 'stalled'; readonly reason: string }

/** After this share of what a silence may last the others are asked. */
const SUSPECT = 0.5

export function judgeSource(evidence: SourceEvidence, tuning: DetectorTuning): Detection {
  const { nowUs, silentSinceUs, boundUs, isBroken, replicas, isHeardElsewhere } = evidence
  if (evidence.lostItsRole) return { kind: 'gone', reason: 'the source has restarted, or is not writable any more' }
  if (silentSinceUs !== null) {
    const silenceUs = nowUs - silentSinceUs
    const saying = (...words: ReplicaWord[]) => replicas.filter((word) => words.includes(word)).length
    const of = (count: number) => `${count} of ${counted(replicas.length, 'replica')}`
    const hasReplicas = replicas.length > 0
    if (isBroken && hasReplicas && saying('lost') === replicas.length)
      return { kind: 'gone', reason: `client and probe fail, and ${of(replicas.length)} lost the source` }
    const without = saying('lost', 'unfed')
    if (silenceUs >= boundUs && hasReplicas && without === replicas.length && !isHeardElsewhere)
      return {
        kind: 'gone',
        reason: `no answer to client and probe for ${aboutText(silenceUs)}, and ${of(without)} hear nothing of the source`,
      }
    if (silenceUs >= tuning.unreachableUs) {
      const fed = saying('fed')
      const elsewhere = isHeardElsewhere ? ', and another coordinator hears it' : ''
      return {
        kind: 'gone',
        reason: `unreachable for ${aboutText(silenceUs)} (${of(fed)} ${fed === 1 ? 'is' : 'are'} still fed${elsewhere})`,
      }
    }
    if (isBroken || silenceUs >= boundUs * SUSPECT) return { kind: 'suspect' }
  }
  if (evidence.unacknowledgedSinceUs !== null && nowUs - evidence.unacknowledgedSinceUs >= tuning.stalledUs)
    return {
      kind: 'stalled',
      reason: `writes have waited for their quorum for ${aboutText(nowUs - evidence.unacknowledgedSinceUs)}`,
    }
  return { kind: 'fine' }
}
