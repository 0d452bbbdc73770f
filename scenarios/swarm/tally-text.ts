/** A tally as text: what failed, what could not be decided, and what was covered. */
import type { Covered, Tally } from './tally.ts'

/** How a failure's shrunk form was saved, by the failure's first seed and check. */
type SavedAs = (check: string, seed: number) => string | null

export function tallyText(tally: Tally, savedAs: SavedAs): string {
  const { total } = tally
  const lines = [
    `  seeds         ${count(tally.seeds)}: ${count(tally.failing)} failed, ${count(tally.undecided)} undecided`,
    `  failovers     completed in ${share(total.failovers, total.runs)} of the runs`,
    `  refusals      ${share(total.refusals, total.runs)} of the runs ended without a source, as the quorum rule demands`,
    ...failureLines(tally, savedAs),
    ...undecidedLines(tally),
    ...coverageLines(tally),
  ]
  return lines.join('\n')
}

function failureLines(tally: Tally, savedAs: SavedAs): string[] {
  if (tally.groups.length === 0) return []
  const rows = tally.groups.map(({ check, first, count: n }) => [
    check,
    count(n),
    `${first.seed}`,
    first.failure.detail,
    savedAs(check, first.seed) ?? '',
  ])
  const table = aligned([
    ['failed check', 'seeds', 'first seed', 'what failed there', ''],
    ...rows.map((row) => row.slice(0, 4)),
  ])
  const lines = ['']
  for (const [i, line] of table.entries()) {
    lines.push(`  ${line}`)
    const file = i === 0 ? '' : rows[i - 1]![4]!
    if (file !== '') lines.push(`      saved as ${file}`)
  }
  return lines
}

function undecidedLines(tally: Tally): string[] {
  if (tally.undecidedReasons.length === 0) return []
  const rows = tally.undecidedReasons.slice(0, 10).map(({ text, count: n, seed }) => [count(n), `${seed}`, text])
  return ['', ...aligned([['undecided', 'first seed', 'why'], ...rows]).map((line) => `  ${line}`)]
}

/** A table for each family of algorithms: a row for each kind of fault, a column for each algorithm. */
function coverageLines(tally: Tally): string[] {
  const families = [...new Set(tally.coverage.map(([family]) => family))]
  const lines: string[] = []
  for (const family of families) {
    const cells = tally.coverage.filter(([name]) => name === family)
    const names = [...new Set(cells.map(([, , name]) => name))].sort()
    const verbs = [...new Set(cells.map(([, verb]) => verb))]
    const rows = verbs.map((verb) => [
      verb,
      ...names.map((name) => cell(cells.find(([, v, n]) => v === verb && n === name)?.[3])),
    ])
    lines.push('', ...aligned([[family, ...names], ...rows]).map((line) => `  ${line}`))
  }
  return lines.length === 0
    ? []
    : ['', '  covered: runs, with a completed failover / ended without a source', ...lines.slice(1)]
}

function cell(covered: Covered | undefined): string {
  if (covered === undefined) return '0'
  const { runs, failovers, refusals } = covered
  return `${count(runs)}  ${share(failovers, runs)} / ${share(refusals, runs)}`
}

function share(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(1)} %`
}

/** With thousands apart, the same on every machine. */
function count(n: number): string {
  return `${n}`.replace(/\B(?=(\d{3})+$)/g, ',')
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
}

/** The line that lives while seeds are tried. */
export function progressText(tally: Tally, expected: number, elapsedMs: number): string {
  const perMinute = Math.round((tally.seeds / elapsedMs) * 60_000)
  const failover = Math.round((100 * tally.total.failovers) / Math.max(1, tally.total.runs))
  return `  ${tally.seeds} of ${expected} seeds, ${perMinute} per minute, ${tally.failing} failed, failovers in ${failover} %`
}
