/** Scenarios that are each run once on real servers, a cluster of its own for each, and judged as runs are: checks and audit. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { runReal } from '../../real/run.ts'
import type { RunStage } from '../../real/run-options.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judgeTrial } from '../../scenarios/judge.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { plural } from '../../scenarios/shown/numbers.ts'
import { complaintsOf } from '../algorithms/failover/every-step.ts'
import { type Stamp, stamp } from './stamp.ts'
import { sum, table } from './table.ts'
import type { TrialFile } from './trial-file.ts'

export interface Case {
  readonly name: string
  /** As a file. */
  readonly text: string
  /** What is done beside its faults, by a connection of our own. */
  readonly act?: (stage: RunStage) => Promise<void>
}

/** A line of JSON. */
export interface CaseDone extends Stamp {
  readonly name: string
  /** Empty: as it has to be. */
  readonly problems: readonly string[]
  readonly faults: readonly string[]
  /** Planned moves among them; null: it never ended. */
  readonly failovers: readonly { readonly ms: number | null; readonly from: string | null; readonly to: string }[]
  readonly outageMs: number | null
  /** What was refused and why, who was elected and why, what was set aside: the rules that decided. */
  readonly decided: readonly string[]
  readonly acknowledged: number
  readonly audit: string
  readonly tookMs: number
}

/** Of one that showed nothing: the machine was too busy, or a run took another course and the step never came. */
const TRIES = 3

/** In their order; those that are in the file are not made again. */
export async function carryOutCases(
  file: TrialFile<CaseDone>,
  cases: readonly Case[],
  count: number,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const one of cases.slice(0, count)) {
    if (signal.aborted) return
    if (file.lines.some(({ name }) => name === one.name)) continue
    const done = await madeInTries(one, say, signal)
    if (signal.aborted) return
    // The next start makes it again.
    if (done === null) continue
    file.append(done)
    say(told(done))
  }
}

async function madeInTries(one: Case, say: (line: string) => void, signal: AbortSignal): Promise<CaseDone | null> {
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      return await made(one, signal)
    } catch (error) {
      if (signal.aborted) return null
      if (!(error instanceof EnvironmentError)) throw error
      say(`${one.name}: void, ${error.message.split('\n')[0]}`)
    }
  }
  return null
}

/** Of one case, as its line says it. */
async function made({ name, text, act }: Case, signal?: AbortSignal): Promise<CaseDone> {
  const beganMs = performance.now()
  const scenario = parseScenario(text, `${name}.yaml`)
  const outDir = mkdtempSync(join(tmpdir(), 'quorumlab-case-'))
  try {
    const driver = await createLocalDriver({ nodes: scenario.cluster.nodes, extrasDirectory: join(outDir, 'extras') })
    const record = await runReal(scenario, {
      ...{ seed: 1, driver, outDir },
      ...(signal === undefined ? {} : { signal }),
      ...(act === undefined ? {} : { script: (stage) => untilTheEnd(scenario, stage, act) }),
    })
    if (record.unfired?.length) throw new EnvironmentError(`${record.unfired.join(', ')} did not happen`)
    return { name, ...stamp(), ...judged(scenario, record), tookMs: Math.round(performance.now() - beganMs) }
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
}

/** A workload ends with its script. */
async function untilTheEnd({ workload }: Scenario, stage: RunStage, act: (stage: RunStage) => Promise<void>) {
  await act(stage)
  const leftMs = (workload.durationUs - stage.nowUs()) / 1_000
  if (leftMs > 0) await sleep(leftMs, undefined, { signal: stage.signal })
}

function judged(scenario: Scenario, record: RunRecord): Omit<CaseDone, keyof Stamp | 'name' | 'tookMs'> {
  const { summary, audit } = judgeTrial(scenario, record)
  const incidents = (record.incidents ?? []).map(({ what }) => what)
  const audits = audit === null || audit.verdict === 'fail' ? (audit?.evidence ?? ['there is no audit']) : []
  return {
    problems: [...incidents, ...complaintsOf(scenario, record), ...audits],
    faults: record.faults.map(({ label, atUs }) => `${(atUs / 1_000).toFixed(0)} ms ${label}`),
    failovers: summary.failovers.map(({ durationMs, oldSource, newSource }) => ({
      ...{ ms: durationMs, from: oldSource, to: newSource },
    })),
    outageMs: summary.outages?.longestMs ?? null,
    decided: decisionsOf(record),
    acknowledged: audit?.acknowledged.strong ?? 0,
    audit: audit?.detail ?? 'none',
  }
}

function decisionsOf({ events }: RunRecord): string[] {
  return events.flatMap((event) => {
    if (event.atUs <= 0) return []
    const at = `${(event.atUs / 1_000).toFixed(0)} ms ${event.process}`
    switch (event.kind) {
      case 'phase':
        return event.phase === 'decide' ? [`${at}: ${event.detail}`] : []
      case 'refused':
      case 'deposed':
        return [`${at} ${event.kind}: ${event.reason}`]
      case 'elected':
        return [`${at} elected ${event.node}: ${event.reason}`]
      case 'switched':
        return [`${at} ${event.verdict}: ${event.reason}`]
      case 'fenced':
        return [`${at} fenced ${event.node}, writable for ${(event.writableForUs / 1_000).toFixed(1)} ms`]
      case 'quarantined':
        return [`${at} quarantined ${event.node}`]
      default:
        return []
    }
  })
}

function told({ name, failovers, outageMs, audit, tookMs, problems }: CaseDone): string {
  const moves = failovers.map(({ ms, from, to }) => `${from} -> ${to} ${ms === null ? 'never' : `${ms.toFixed(0)} ms`}`)
  const line = `${name}: ${moves.join(', ') || 'no failover'}; outage ${outageMs?.toFixed(0) ?? 'none'} ms; ${audit}; ${(tookMs / 1_000).toFixed(1)} s`
  return [line, ...problems.map((problem) => `  PROBLEM: ${problem}`)].join('\n')
}

/** As Markdown. */
export function casesText(lines: readonly CaseDone[]): string {
  const bad = lines.filter(({ problems }) => problems.length > 0).length
  const acknowledged = sum(lines.map((line) => line.acknowledged))
  const rows = lines.map(({ name, failovers, outageMs, decided, problems }) => [
    name,
    failovers.map(({ ms }) => (ms === null ? 'never' : ms.toFixed(0))).join(', ') || 'none',
    outageMs?.toFixed(0) ?? 'none',
    decided.filter((text) => / refused: | elected /.test(text)).at(-1) ?? '',
    problems.length === 0 ? 'none' : problems.join('; '),
  ])
  return [
    table(['case', 'failovers, ms', 'outage, ms', 'what decided last', 'problems'], rows),
    `${plural(lines.length, 'case')}, ${plural(acknowledged, 'acknowledged STRONG write')}, ${plural(bad, 'case')} with a problem.`,
  ].join('\n\n')
}
