/** The table of a proof, as Markdown. */
import { isTrial } from './campaign.ts'
import type { ClusterEnd, Proof, Trial } from './proof.ts'
import { counted, spread, sum, table } from './table.ts'

export function summaryOf(name: string, proof: Proof, lines: readonly (Trial | ClusterEnd)[]): string {
  const all = lines.filter(isTrial)
  const trials = all.filter((trial) => trial.void === null)
  const ends = lines.filter((line): line is ClusterEnd => !isTrial(line))
  const kinds = Object.keys(proof.kinds).map((kind) => ({ kind, of: trials.filter((trial) => trial.kind === kind) }))
  const made = kinds.filter(({ of }) => of.length > 0)
  const facts = [...new Set(trials.flatMap(({ facts: each }) => Object.keys(each)))]
  const phases = [...new Set(trials.flatMap(({ phasesMs }) => Object.keys(phasesMs ?? {})))]
  const rows = made.map(({ kind, of }) => [
    kind,
    `${of.length} of ${proof.kinds[kind]!.count}`,
    `${of.filter(({ problems }) => problems.length > 0).length}`,
    `${sum(of.map(({ lost }) => lost))} of ${sum(of.map(({ acknowledged }) => acknowledged))}`,
    counted(of.map(({ singleWriter }) => singleWriter)),
    spread(of.map(({ failoverMs }) => failoverMs)),
    spread(of.map(({ tookMs }) => tookMs)),
    spread(of.map(({ loadAverage }) => loadAverage)),
  ])
  const head = [
    'kind',
    'attempts',
    'with a problem',
    'acknowledged writes lost',
    'single-writer',
    'failover ms',
    'whole ms',
    'load',
  ]
  return [
    `## ${name}: ${proof.says}`,
    `Numbers: median / p95 / max. Void and made again: ${all.length - trials.length}. Commits: ${unique(trials.map(({ commit }) => commit))}. Machine: ${unique(trials.map(({ machine }) => machine))}.`,
    table(head, rows),
    ...(phases.length === 0 ? [] : ['Phases, ms:', table(['kind', ...phases], made.map(phaseRow(phases)))]),
    ...(facts.length === 0 ? [] : ['Facts:', table(['kind', ...facts], made.map(factRow(facts)))]),
    ...(ends.length === 0 ? [] : ['Live clusters, each judged whole at its end:', clusterTable(ends)]),
    ...problemsOf(trials),
  ].join('\n\n')
}

interface Made {
  readonly kind: string
  readonly of: readonly Trial[]
}

function phaseRow(phases: readonly string[]) {
  return ({ kind, of }: Made) => [
    kind,
    ...phases.map((phase) =>
      spread(of.flatMap(({ phasesMs }) => (phasesMs as Readonly<Record<string, number | null>> | null)?.[phase] ?? [])),
    ),
  ]
}

function factRow(facts: readonly string[]) {
  return ({ kind, of }: Made) => [
    kind,
    ...facts.map((fact) => {
      const values = of.flatMap(({ facts: each }) => each[fact] ?? [])
      const numbers = values.filter((value) => typeof value === 'number')
      return numbers.length > 0 ? spread(numbers) : counted(values.map(String))
    }),
  ]
}

function clusterTable(ends: readonly ClusterEnd[]): string {
  const rows = ends.map(({ cluster, attempts, lost, acknowledged, checks, left, gaveUp }) => [
    cluster,
    `${attempts}`,
    `${lost ?? 'not read'} of ${acknowledged}`,
    Object.entries(checks)
      .map(([check, verdict]) => `${check} ${verdict}`)
      .join(', '),
    left.length === 0 ? 'nothing' : left.join('; '),
    gaveUp ?? '',
  ])
  return table(['cluster', 'attempts', 'acknowledged writes lost', 'checks', 'left behind', 'given up'], rows)
}

function problemsOf(trials: readonly Trial[]): readonly string[] {
  const lines = trials.flatMap(({ kind, turn, problems }) =>
    problems.map((problem) => `- ${kind} ${turn + 1}: ${problem}`),
  )
  return lines.length === 0 ? [] : [`Problems:\n\n${lines.join('\n')}`]
}

function unique(values: readonly string[]): string {
  return [...new Set(values)].join(', ') || 'none'
}
