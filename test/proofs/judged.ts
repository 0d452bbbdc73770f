/** An attempt judged from what was seen since its mark, by the code that judges runs. */
import type { GtidSet } from '../../algorithms/gtid-set.ts'
import { CHECKS } from '../../scenarios/checks/checks.ts'
import { failoversOf } from '../../scenarios/measures/failovers.ts'
import type { Operation, RunRecord } from '../../scenarios/record.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Mark, Since } from './live-cluster.ts'
import type { Kind, Trial } from './proof.ts'

type Judged = Pick<
  Trial,
  | 'problems'
  | 'faults'
  | 'oldSource'
  | 'newSource'
  | 'failoverMs'
  | 'phasesMs'
  | 'acknowledged'
  | 'lost'
  | 'singleWriter'
  | 'failed'
  | 'unknown'
>

interface Seen {
  readonly mark: Mark
  readonly since: Since
  readonly nowUs: number
  /** Acknowledged, and to be on every server. */
  readonly writes: readonly Operation[]
  /** What each server holds after it; null: they did not converge, which is a problem already. */
  readonly have: ReadonlyMap<string, GtidSet> | null
}

export function judged(scenario: Scenario, expects: Kind['expects'], seen: Seen): Judged {
  const { mark, since, nowUs, writes, have } = seen
  const { operations, faults } = since
  const events = [mark.reign, ...since.events]
  const window: RunRecord = {
    ...{ world: 'local', seed: 1, operations, events, faults, nodes: [], lag: [], endedUs: nowUs, healedUs: null },
    ...{ complete: true, digest: null, mysqlVersion: null, counters: {} },
  }
  const lost = have === null ? [] : writes.filter(({ gtid }) => [...have.values()].some((set) => !set.has(gtid!)))
  const { failovers } = failoversOf(window, scenario, lost)
  const single = CHECKS['single-writer'].judge(window, scenario)
  const reigns = events.flatMap((event) => (event.kind === 'reign' && event.epoch > mark.reign.epoch ? [event] : []))
  const last = failovers.at(-1)
  const newSource = reigns.at(-1)?.source ?? mark.reign.source
  const problems: string[] = []
  if (lost.length > 0) problems.push(`${lost.length} acknowledged writes are missing: ${lost[0]!.gtid!.uuid}`)
  if (single.verdict === 'fail') problems.push(`single-writer: ${single.detail}`, ...single.evidence)
  const isMoved = expects === 'failover' || expects === 'move'
  if (isMoved && newSource === mark.reign.source) problems.push(`${newSource} is still the source`)
  if (expects === 'no failover' && reigns.length > 0)
    problems.push(`${newSource} reigns since epoch ${reigns.at(-1)!.epoch}`)
  if (expects !== 'no failover' && (last === undefined || last.durationMs === null))
    problems.push('nothing was acknowledged in a new epoch')
  return {
    problems,
    faults: faults.map(({ label, witness, healedUs }) => ({
      ...{ label, before: witness.before, during: witness.during },
      healedMs: healedUs === null ? null : (healedUs - mark.atUs) / 1_000,
    })),
    oldSource: mark.reign.source,
    newSource,
    failoverMs: failovers[0]?.durationMs ?? null,
    phasesMs: failovers[0]?.phases ?? null,
    acknowledged: writes.length,
    lost: lost.length,
    singleWriter: single.verdict,
    failed: operations.filter(({ outcome }) => outcome === 'failed').length,
    unknown: operations.filter(({ outcome }) => outcome === 'unknown').length,
  }
}
