/** Makes the attempts that a proof still wants, on one live cluster after another, as few as bear them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { TraceEvent } from '../../algorithms/trace.ts'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { runReal } from '../../real/run.ts'
import { judgeTrial } from '../../scenarios/judge.ts'
import { acknowledgedButGone } from '../../scenarios/measures/lost-writes.ts'
import type { Operation, RunRecord } from '../../scenarios/record.ts'
import { judged } from './judged.ts'
import { Late, LiveCluster, Void } from './live-cluster.ts'
import type { ClusterEnd, Facts, Proof, Trial } from './proof.ts'
import { Remains } from './remains.ts'
import { stamp } from './stamp.ts'
import type { TrialFile } from './trial-file.ts'

/** Of clusters that were given up without a single good attempt. */
const GIVE_UP_AFTER = 3
/** On one cluster. */
const VOIDS = 20

interface Campaign {
  readonly name: string
  readonly proof: Proof
  readonly file: TrialFile<Trial | ClusterEnd>
  /** Of the counts, for a shorter one: each is at least 1. */
  readonly share: number
  /** Undefined: all of them. */
  readonly only: string | undefined
  /** A new cluster after so many. */
  readonly perCluster: number
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

interface Wanted {
  readonly kind: string
  readonly turn: number
}

export async function carryOut(campaign: Campaign): Promise<void> {
  for (let inVain = 0; inVain < GIVE_UP_AFTER && nextOf(campaign) !== null && !campaign.signal.aborted; ) {
    const before = goodIn(campaign)
    await onOneCluster(campaign)
    const after = goodIn(campaign)
    inVain = after > before ? 0 : inVain + 1
  }
}

/** Null: every kind has as many as are wanted. The one that is furthest behind comes next, so that all of them grow. */
function nextOf(campaign: Campaign): Wanted | null {
  const made = trialsIn(campaign)
  const behind = Object.entries(campaign.proof.kinds)
    .filter(([kind]) => campaign.only === undefined || kind === campaign.only)
    .map(([kind, { count }]) => {
      const turn = made.filter((trial) => trial.kind === kind && trial.void === null).length
      return { kind, turn, share: turn / Math.max(1, Math.round(count * campaign.share)) }
    })
    .filter(({ share }) => share < 1)
    .sort((a, b) => a.share - b.share)
  return behind[0] ?? null
}

export function isTrial(line: Trial | ClusterEnd): line is Trial {
  return 'kind' in line
}

function trialsIn({ file }: Campaign): readonly Trial[] {
  return file.lines.filter(isTrial)
}

function goodIn(campaign: Campaign): number {
  return trialsIn(campaign).filter((trial) => trial.void === null && trial.problems.length === 0).length
}

async function onOneCluster(campaign: Campaign): Promise<void> {
  const { name, proof, file, say, signal } = campaign
  const { scenario } = proof
  const outDir = mkdtempSync(join(tmpdir(), 'quorumlab-proof-'))
  const events: TraceEvent[] = []
  let attempts = 0
  let voids = 0
  let gaveUp: string | null = null
  try {
    const driver = await createLocalDriver({ nodes: scenario.cluster.nodes, extrasDirectory: join(outDir, 'extras') })
    const cluster = basename(driver.directory)
    const remains = new Remains()
    Object.assign(process.env, remains.environment)
    let record: RunRecord | null = null
    try {
      record = await runReal(scenario, {
        ...{ seed: 1 + trialsIn(campaign).length, driver, outDir, signal },
        onEvent: (event) => events.push(event),
        script: async (stage) => {
          const live = new LiveCluster(scenario, stage, events)
          try {
            for (
              let next = nextOf(campaign);
              next !== null && attempts < campaign.perCluster;
              next = nextOf(campaign)
            ) {
              const trial = await attempt(campaign, live, next, cluster)
              attempts++
              file.append(trial)
              say(told(trial))
              if (trial.problems.length === 0 && trial.void === null) continue
              if (trial.void !== null) {
                if (++voids < VOIDS) continue
                gaveUp = `${trial.kind} could not be made: ${trial.void}`
                return
              }
              gaveUp = trial.problems[0]!
              const seen = JSON.stringify({ trial, events }, null, 1)
              writeFileSync(file.path.replace(/\.jsonl$/, `-${next.kind}-${next.turn}.json`.replaceAll(' ', '-')), seen)
              return
            }
          } finally {
            live.close()
          }
        },
      })
    } catch (error) {
      if (signal.aborted) return
      gaveUp = (error as Error).message
    }
    for (const { what } of record?.incidents ?? []) gaveUp = what
    const lost = record === null ? null : (acknowledgedButGone(record)?.length ?? null)
    const whole = record === null ? null : judgeTrial(scenario, record)
    const found = [...(whole?.checks ?? []), ...(whole?.audit ? [whole.audit] : [])]
    const end: ClusterEnd = {
      ...{ proof: name, cluster, ...stamp(), attempts, lost, gaveUp },
      acknowledged: record?.operations.filter(({ kind, outcome }) => kind === 'write' && outcome === 'ok').length ?? 0,
      checks: Object.fromEntries(found.map((check) => [check.name, check.verdict])),
      left: remains.left([{ id: cluster, servers: {}, directories: [] }]),
    }
    for (const { name: check, verdict, detail } of found)
      if (verdict !== 'pass') say(`  ${check} ${verdict}: ${detail}`)
    if (!signal.aborted) file.append(end)
    say(
      `cluster ${cluster}: ${attempts} attempts, ${end.acknowledged} writes acknowledged, ${lost ?? 'unknown how many'} lost`,
    )
    if (gaveUp !== null) say(`  given up: ${gaveUp}`)
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
}

async function attempt(
  { name, proof }: Campaign,
  live: LiveCluster,
  { kind, turn }: Wanted,
  cluster: string,
): Promise<Trial> {
  const { expects, perform } = proof.kinds[kind]!
  await live.atPeace()
  const mark = live.mark()
  const late: string[] = []
  let isVoid: string | null = null
  let facts: Facts = {}
  let writes: readonly Operation[] = []
  let have = null
  try {
    facts = await perform(live, turn)
    // In this order: what is acknowledged later need not be everywhere yet.
    writes = live.unsoughtWrites()
    have = await live.converged()
  } catch (error) {
    if (error instanceof Void) isVoid = error.message
    else if (error instanceof Late) late.push(error.message)
    else throw error
  }
  const seen = { mark, since: live.since(mark), nowUs: live.nowUs(), writes, have }
  const verdict = judged(live.scenario, expects, seen)
  return {
    ...{ proof: name, kind, turn, cluster, ...stamp(), ...verdict },
    void: isVoid,
    problems: isVoid === null ? [...late, ...verdict.problems] : [],
    tookMs: Math.round((live.nowUs() - mark.atUs) / 1_000),
    facts,
  }
}

function told({ kind, turn, failoverMs, acknowledged, lost, tookMs, facts, problems, void: voided }: Trial): string {
  if (voided !== null) return `${kind} ${turn + 1}: void, ${voided}`
  const took = failoverMs === null ? 'no failover' : `${failoverMs.toFixed(0)} ms`
  const more = Object.entries(facts).map(
    ([fact, value]) => `${fact} ${typeof value === 'number' ? value.toFixed(0) : value}`,
  )
  const line = `${kind} ${turn + 1}: ${took}, ${lost} of ${acknowledged} lost, ${more.join(', ')}; ${(tookMs / 1_000).toFixed(1)} s`
  return [line, ...problems.map((problem) => `  PROBLEM: ${problem}`)].join('\n')
}
