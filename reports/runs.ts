/** The results of one report with what tells them apart: a name, a colour and a dash (simulated dashed, measured solid). */
import { policyName } from '../scenarios/measures/compare-results.ts'
import type { Result } from '../scenarios/result.ts'
import { policyColour, seriesColour } from '../scenarios/shown/palette.ts'
import { listed } from './markup.ts'

export interface Run {
  readonly result: Result
  readonly name: string
  readonly colour: string
  readonly dash: readonly number[]
}

const FAMILIES = ['election', 'quorum', 'timestamps'] as const
const DASHED = [5, 3]
const SOLID: readonly number[] = []

export function runsOf(results: readonly Result[]): Run[] {
  const names = namesOf(results)
  const colours = coloursOf(results)
  return results.map((result, index) => ({
    result,
    name: names[index]!,
    colour: colours[index]!,
    dash: result.world === 'sim' && results.length > 1 ? DASHED : SOLID,
  }))
}

/** a, b, c: results on paper. Behind z they are numbered. */
export function letterOf(index: number): string {
  return index < 26 ? String.fromCharCode(97 + index) : `r${index + 1}`
}

/** The names of forms; else `simulated` and `measured` while that tells them apart; then what differs; then letters. */
function namesOf(results: readonly Result[]): string[] {
  const differing = FAMILIES.filter((family) => new Set(results.map((r) => policyName(r.scenario, family))).size > 1)
  const forms = formsOf(results)
  if (forms !== null) return [...forms]
  const attempts: ((result: Result) => string)[] = [
    worldWord,
    (result) => (result.world === 'sim' ? 'simulated' : `measured, ${result.world}`),
    (result) => differing.map((family) => policyName(result.scenario, family)).join(', '),
    (result) => result.scenario.name,
    (result) => `seed ${result.seed}`,
  ]
  for (const attempt of attempts) {
    const names = results.map(attempt)
    if (new Set(names).size === names.length) return names
  }
  return results.map((result, index) => `${String.fromCharCode(65 + (index % 26))}, ${worldWord(result)}`)
}

/** What `versus` calls them, where it made all of them; null: they have no such names. */
export function formsOf(results: readonly Result[]): readonly string[] | null {
  const forms = results.flatMap(({ scenario }) => scenario.form ?? [])
  return forms.length === results.length && new Set(forms).size > 1 && new Set(forms).size === forms.length
    ? forms
    : null
}

function worldWord(result: Result): string {
  return result.world === 'sim' ? 'simulated' : 'measured'
}

/** Where the runs differ in exactly one policy, that policy's colour; else one colour after the other. */
function coloursOf(results: readonly Result[]): string[] {
  if (results.length > 1)
    for (const family of FAMILIES) {
      const colours = results.map((result) => policyColour(result.scenario, result.scenario.algorithms[family]))
      if (!colours.includes(null) && new Set(colours).size === results.length) return colours as string[]
    }
  return results.map((_, index) => seriesColour(index))
}

/** Said above figures that one trial gave, where there are several; empty where there is only one. */
export function oneTrialText(runs: readonly Run[]): string {
  const several = runs.filter(({ result }) => result.trials.length > 1)
  if (several.length === 0) return ''
  const seeds = several.map(({ result, name }) => `seed ${result.seed}${runs.length > 1 ? ` (${name})` : ''}`)
  return `Of the first trial alone: ${listed(seeds)}.`
}

/** What every saved chart states: scenario, seeds, versions, number of trials. */
export function provenanceOf(runs: readonly Run[]): string {
  const first = runs[0]!.result
  const each = runs.map(({ result, name }) => {
    const mysql = result.versions.mysql === null ? '' : `, MySQL ${result.versions.mysql}`
    return `${name}: seed ${result.seed}, n = ${Math.max(1, result.trials.length)}${mysql}`
  })
  return `${first.scenario.name}; ${each.join('; ')}; quorumlab ${first.versions.quorumlab}`
}
