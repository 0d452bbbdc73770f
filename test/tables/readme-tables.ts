/** The tables of the READMEs that are made from what policies, checks and fault verbs say of themselves. */
import { ELECTION_POLICIES } from '../../algorithms/election/policies.ts'
import type { ElectionKind } from '../../algorithms/election/policy.ts'
import type { PolicyFacts } from '../../algorithms/policy-facts.ts'
import { QUORUM_POLICIES } from '../../algorithms/quorum/policies.ts'
import type { QuorumKind } from '../../algorithms/quorum/policy-kind.ts'
import type { RaftQuorumKind } from '../../algorithms/raft/scheme-kind.ts'
import { RAFT_QUORUMS } from '../../algorithms/raft/schemes.ts'
import type { TimestampAlgorithm } from '../../algorithms/timestamps/algorithm.ts'
import { TIMESTAMP_ALGORITHMS } from '../../algorithms/timestamps/algorithms.ts'
import type { Check } from '../../scenarios/checks/check.ts'
import { CHECKS } from '../../scenarios/checks/checks.ts'
import { givenBy } from '../../scenarios/file/policy-names.ts'
import { faultRows } from './fault-rows.ts'

const TIMESTAMPS: readonly TimestampAlgorithm[] = Object.values(TIMESTAMP_ALGORITHMS)
const QUORUMS: readonly QuorumKind[] = Object.values(QUORUM_POLICIES)
const RAFT: readonly RaftQuorumKind[] = Object.values(RAFT_QUORUMS)
const ELECTIONS: readonly ElectionKind[] = Object.values(ELECTION_POLICIES)

/** By the name of its marker: the head, then a row each. */
const TABLES: Readonly<Record<string, () => readonly (readonly string[])[]>> = {
  promises: () => [
    ['policy', 'promise', 'does not promise'],
    ...[...TIMESTAMPS, ...QUORUMS, ...ELECTIONS].map((kind: PolicyFacts) => [
      code(kind.name),
      kind.promise,
      kind.noPromise,
    ]),
  ],
  quorums: () => [
    [
      'policy',
      'k',
      'writes go on with',
      'take-over without the source',
      'waits for',
      'n = 4 (t = 1): k, writes, take-over',
      'source',
    ],
    ...QUORUMS.map(({ name, row }) => [
      code(name),
      row.k,
      row.writesGoOnWith,
      row.takeOver,
      row.waitsFor,
      row.atFour,
      row.source,
    ]),
  ],
  elections: () => [
    ['policy', 'ranks by', 'costs', 'source'],
    ...ELECTIONS.map(({ name, row }) => [code(name), row.ranksBy, row.costs, row.source]),
  ],
  'raft-quorums': () => [
    ['quorum', 'commits with', 'elects with', 'promises', 'costs', 'source'],
    ...RAFT.map(({ name, row }) => [code(name), row.commitsWith, row.electsWith, row.promises, row.costs, row.source]),
  ],
  timestamps: () => [
    ['', ...TIMESTAMPS.map(({ name }) => code(name))],
    ['unique', ...TIMESTAMPS.map(({ column }) => column.unique)],
    ['order', ...TIMESTAMPS.map(({ column }) => column.order)],
    ['servers by default', ...TIMESTAMPS.map(({ servers }) => `${servers}`)],
    ['goes on while', ...TIMESTAMPS.map(({ column }) => column.goesOnWhile)],
    ['a dead server costs', ...TIMESTAMPS.map(({ column }) => column.deadServerCosts)],
    ['messages for one timestamp', ...TIMESTAMPS.map(({ column }) => column.messages)],
    ['round trips', ...TIMESTAMPS.map(({ column }) => column.roundTrips)],
    ['disk', ...TIMESTAMPS.map(({ column }) => column.disk)],
  ],
  faults: faultRows,
  checks: () => [
    ['check', 'proves, of the run that was made', 'cannot see', 'promised by'],
    ...Object.values<Check>(CHECKS).map(({ name, proves, cannotSee, promisedBy }) => [
      code(name),
      proves,
      cannotSee,
      promisedBy.length === 0 ? 'any policies' : givenBy(promisedBy).map(code).join(', '),
    ]),
  ],
}

/** Where they stand, from the project's root. */
export const PAGES = ['algorithms/README.md', 'scenarios/README.md'] as const

const MARKED = /<!-- table: ([a-z-]+) -->\n[\s\S]*?<!-- end of the table -->/g

/** The page with every marked table made anew. */
export function withTables(page: string): string {
  return page.replace(MARKED, (_, name: string) => {
    const make = TABLES[name]
    if (make === undefined)
      throw new Error(`a page marks the table ${name}, expected one of ${Object.keys(TABLES).join(', ')}`)
    return `<!-- table: ${name} -->\n${markdown(make())}\n<!-- end of the table -->`
  })
}

/** The tables that some page has to show. */
export const TABLE_NAMES = Object.keys(TABLES)

function markdown([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head!), `|${head!.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

function code(name: string): string {
  return `\`${name}\``
}
