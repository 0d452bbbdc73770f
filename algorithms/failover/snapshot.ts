/**
 * What a take-over goes by: who counts and who holds what, taken once, after the stop (failover/rules.md section 2, step
 * 3). The rule, what is left out, who may win and who gives are all judged by this one picture. Counting holders later
 * against an F from before mixes two moments: a relay log that was lost in between made a transaction look as if too few
 * had ever held it, and acknowledged writes were left out.
 */

import type { GtidSet } from '../gtid-set.ts'
import { unionOf } from './epoch.ts'
import { nextEpoch } from './epoch-numbers.ts'
import { countsForData, isRebuilt } from './loss.ts'
import type { Member } from './member.ts'
import { type LivingEpoch, livingEpoch, mayBeAcknowledged, mayTakeOver, type Rule, type Server } from './quorum-rule.ts'
import type { CoordinatorState } from './state.ts'
import type { Gathered, Read, Snapshot } from './take-over-steps.ts'

export function takeSnapshot(coordinator: CoordinatorState, gathered: Gathered): Snapshot {
  const { members, quorum, leastK } = coordinator
  const read = new Map<Member, Read>()
  const note = (member: Member, fenced: boolean) =>
    read.set(member, { held: member.held, state: member.state!, loss: member.loss, fenced })
  for (const member of gathered.stopped) note(member, false)
  for (const member of gathered.fenced) note(member, true)
  const seen = mayBeAcknowledged([...read.values()].map(({ held }) => held))
  const living = livingEpoch(seen)
  const counts = ([member, { loss, fenced }]: [Member, Read]) =>
    !fenced && member.index !== living?.member && countsForData(loss)
  const source = [...gathered.fenced].find((member) => member.index === living?.member)
  return {
    read,
    seen,
    living,
    data: new Set([...read].filter(counts).map(([member]) => member)),
    rule: mayTakeOver(living, {
      servers: members.map((member) => serverOf(member, gathered.stopped.has(member))),
      fenced: standsForItsEpoch(coordinator, source, living, gathered.epoch, (one) => read.has(one))
        ? source!.index
        : null,
      leastK,
      policyK: quorum.replicasRequired(members.length),
    }),
  }
}

/** Was one of those that it counts on seen to have lost something since? Then everything has to be judged again. */
export function isOutdated({ read }: Snapshot): boolean {
  return [...read].some(([member, { loss }]) => member.loss !== loss)
}

/** The same question before anything is touched: would the rule be met if all who answered their last probe were stopped? */
export function foresee(coordinator: CoordinatorState, seen: GtidSet, source: Member | null): Rule {
  const { members, quorum, leastK, highestEpoch, owner, givenUp } = coordinator
  const living = livingEpoch(seen)
  const answers = ({ probe }: Member) => probe === 'answered'
  const stands =
    source?.probe === 'answered' &&
    standsForItsEpoch(coordinator, source, living, nextEpoch(highestEpoch, owner, givenUp), answers)
  return mayTakeOver(living, {
    servers: members.map((member) => serverOf(member, member !== source && member.probe === 'answered')),
    fenced: stands ? source.index : null,
    leastK,
    policyK: quorum.replicasRequired(members.length),
  })
}

/** By what answered its last probe. */
export function foreseen(coordinator: CoordinatorState): Rule {
  const { members, procedures } = coordinator
  const seen = unionOf(members.filter(({ probe }) => probe === 'answered').map(({ held }) => held))
  const living = livingEpoch(seen)
  return procedures.foresee(coordinator, seen, living === null ? null : members[living.member]!)
}

function serverOf({ node, probe, loss }: Member, stopped: boolean): Server {
  return { node, loss, standing: stopped ? 'stopped' : probe === 'answered' ? 'live' : 'silent' }
}

/**
 * A fenced source has everything that its own epoch wrote, and so stands for the first term of the rule: unless it lost
 * something, or an epoch may have begun since whose row nobody read has seen. None has where everybody was read: whoever
 * was promoted has executed its row, and no lost relay log takes that from it, only a rebuild. While somebody is
 * missing, a coordinator knows of its own epochs which never began; any other number in between may have been promised.
 */
function standsForItsEpoch(
  { members, givenUp }: CoordinatorState,
  source: Member | undefined,
  living: LivingEpoch | null,
  epoch: number,
  isRead: (member: Member) => boolean,
): boolean {
  if (source === undefined || living === null || source.loss !== null) return false
  if (members.every((member) => isRead(member) && !(member.loss !== null && isRebuilt(member.loss)))) return true
  for (let between = living.epoch + 1; between < epoch; between++) if (!givenUp.has(between)) return false
  return true
}
