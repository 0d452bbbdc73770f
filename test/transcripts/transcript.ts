/**
 * A run of the simulator told line by line: what was done to the cluster, what the coordinator decided, what clients
 * were answered between two of its decisions, and what is judged of it.
 */
import { eventLine } from '../../reports/terminal-events.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judgeChecks } from '../../scenarios/judge.ts'
import type { Operation } from '../../scenarios/record.ts'
import { fixed, milliseconds } from '../../scenarios/shown/numbers.ts'
import { simulate } from '../../sim/run.ts'
import type { Story } from './stories.ts'

const STYLE = { width: 118, colour: false }
const SEED = 1
/** Answers that all went well are told only of a stretch as long as this: the steps of a take-over follow each other closely. */
const QUIET_US = 50_000

export function transcriptOf({ name, title, about, yaml }: Story): string {
  const scenario = parseScenario(yaml, `${name}.yaml`)
  const record = simulate(scenario, { seed: SEED })
  const story: string[] = []
  let sinceUs = Number.NEGATIVE_INFINITY
  for (const event of record.events) {
    const line = eventLine(event, STYLE, true)
    if (line === null) continue
    story.push(...clientLines(record.operations, sinceUs, event.atUs), line)
    sinceUs = event.atUs
  }
  story.push(...clientLines(record.operations, sinceUs, Number.POSITIVE_INFINITY))
  const verdicts = judgeChecks(scenario, record).map((check) => `  ${check.verdict}  ${check.name}: ${check.detail}`)
  return `${[
    title,
    '='.repeat(title.length),
    '',
    about,
    '',
    ...yaml
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
    '',
    `Simulated with seed ${SEED}. Seconds since the workload began. Indented: what clients were answered between the line above`,
    `and the line below; left out where that is less than ${QUIET_US / 1_000} ms and all went well. STRONG: a write that a quorum acknowledged, or`,
    'a read that sees all of those; "lacks": of what the servers that answer have, what this one has not applied.',
    '',
    ...story,
    '',
    ...closingLines(record.operations),
    '',
    ...verdicts,
  ].join('\n')}\n`
}

/** What came to clients from one moment to before the next, in one line, and the first reason of each bad ending. */
function clientLines(operations: readonly Operation[], fromUs: number, toUs: number): readonly string[] {
  const answered = operations.filter(({ endUs }) => endUs !== null && endUs >= fromUs && endUs < toUs)
  const ok = answered.filter(({ outcome }) => outcome === 'ok').length
  const bad = (['failed', 'unknown'] as const).flatMap((outcome) => {
    const those = answered.filter((operation) => operation.outcome === outcome)
    return those.length === 0 ? [] : [`${those.length} ${outcome} (the first: ${those[0]!.reason})`]
  })
  if (answered.length === 0 || (bad.length === 0 && toUs - fromUs < QUIET_US)) return []
  return [`                 clients: ${[...(ok === 0 ? [] : [`${ok} ok`]), ...bad].join(', ')}`]
}

/** How it ended for all of them, and when nobody could write. */
function closingLines(operations: readonly Operation[]): readonly string[] {
  const count = (outcome: Operation['outcome']) =>
    operations.filter((operation) => operation.outcome === outcome).length
  const writtenUs = operations
    .flatMap(({ kind, outcome, endUs }) => (kind === 'write' && outcome === 'ok' && endUs !== null ? [endUs] : []))
    .sort((a, b) => a - b)
  let longest = [0, 0]
  for (const [index, untilUs] of writtenUs.entries()) {
    const fromUs = writtenUs[index - 1] ?? untilUs
    if (untilUs - fromUs > longest[1]! - longest[0]!) longest = [fromUs, untilUs]
  }
  const [from, until] = longest.map((us) => `${fixed(us / 1e6, 3)} s`)
  return [
    `  clients, in all: ${count('ok')} ok, ${count('failed')} failed, ${count('unknown')} unknown (sent, and nobody said how it ended)`,
    `  longest time without an acknowledged write: from ${from} to ${until}, ${milliseconds((longest[1]! - longest[0]!) / 1_000)}`,
  ]
}
