/**
 * A result as JUnit XML, which CI systems show as a list of tests: a suite for each trial with its checks and
 * expectations, and one for what holds over all of them. What the scenario expected to fail passes; what could not be
 * decided is a failure, as in the exit code; what the environment did is an error.
 */
import { judgeExpectations } from '../../scenarios/measures/expectations.ts'
import type { CheckResult, ExpectationResult, Result } from '../../scenarios/result.ts'
import { actualText, wantedText } from '../expectation.ts'
import { foreseen } from '../verdict.ts'

type Expectation = Parameters<typeof judgeExpectations>[0][number]

interface Case {
  readonly name: string
  readonly problem: { readonly kind: 'failure' | 'error'; readonly type: string; readonly message: string } | null
  /** Below the message: evidence, or what is worth saying of one that passed. */
  readonly lines: readonly string[]
}

interface Suite {
  readonly name: string
  readonly cases: readonly Case[]
}

export function junitText(result: Result): string {
  const where = `${result.scenario.name} on ${result.world}`
  const own = new Set(result.trials.map(({ seed }) => seed))
  const begunNever = (result.environment?.incidents ?? []).filter(({ seed }) => !own.has(seed))
  const over = result.expectations.filter((one) => result.trials.length > 1 && !isOfEachTrial(one))
  const suites: Suite[] = [
    ...result.trials.map((_, index) => trialSuite(result, index, where)),
    ...begunNever.map((incident) => ({ name: `${where}, seed ${incident.seed}`, cases: [incidentCase(incident)] })),
    ...(over.length === 0 ? [] : [{ name: `${where}, all trials`, cases: over.map(expectationCase) }]),
    ...(result.complete || result.environment !== undefined ? [] : [{ name: where, cases: [STOPPED] }]),
  ].filter(({ cases }) => cases.length > 0)
  return documentOf(result.scenario.name, suites, result.startedAt)
}

/** Of a run of which nothing is known but what kept it from beginning. */
export function junitOfNothing(scenario: string, message: string): string {
  const [head = message, ...lines] = message.split('\n')
  const problem = { kind: 'error', type: 'environment', message: head } as const
  return documentOf(scenario, [{ name: scenario, cases: [{ name: 'environment', problem, lines }] }], null)
}

const STOPPED: Case = {
  name: 'complete',
  problem: { kind: 'error', type: 'stopped', message: 'the run was stopped before its end' },
  lines: [],
}

function isOfEachTrial({ path, seed }: ExpectationResult): boolean {
  return seed !== undefined || path === 'checks' || path.startsWith('checks.')
}

function trialSuite(result: Result, index: number, where: string): Suite {
  const { seed, checks: verdicts, summary } = result.trials[index]!
  const one = result.trials.length === 1
  const checks = one
    ? result.checks
    : result.checks.map((check) => ofTrial(check, verdicts[check.name] ?? 'unknown', seed))
  const each = result.expectations.filter((expectation) => one || isOfEachTrial(expectation))
  const expectations =
    one || summary === undefined
      ? each
      : judgeExpectations(each.map(asExpectation), [{ seed, summary }], summary, checks)
  const incidents = (result.environment?.incidents ?? []).filter((incident) => incident.seed === seed)
  return {
    name: `${where}, seed ${seed}`,
    cases: [
      ...incidents.map(incidentCase),
      ...checks.map((check) => checkCase(check, foreseen({ ...result, expectations }, check))),
      ...expectations.map(expectationCase),
    ],
  }
}

/** The result no longer knows the line of the file; nothing here says it. */
function asExpectation({ path, op, limit }: ExpectationResult): Expectation {
  return { path, op: op as Expectation['op'], limit, line: 0 }
}

/** A result keeps the evidence of all trials in one list, each line with its seed. */
function ofTrial(check: CheckResult, verdict: CheckResult['verdict'], seed: number): CheckResult {
  const prefix = `seed ${seed}: `
  const evidence = check.evidence.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length))
  const detail = check.detail.split(`; ${prefix}`)[1] ?? evidence[0] ?? `${check.name} is ${verdict} in this trial`
  return { ...check, verdict, detail, evidence: verdict === check.verdict ? evidence : [] }
}

function checkCase({ name, verdict, detail, evidence }: CheckResult, isForeseen: boolean): Case {
  if (verdict === 'pass') return { name, problem: null, lines: [detail] }
  if (isForeseen) return { name, problem: null, lines: [`${verdict}, as expected: ${detail}`, ...evidence] }
  return { name, problem: { kind: 'failure', type: verdict, message: detail }, lines: evidence }
}

function expectationCase(one: ExpectationResult): Case {
  const name = `expected ${wantedText(one)}`
  const found = actualText(one, String)
  if (one.verdict === 'pass') return { name, problem: null, lines: [found] }
  return { name, problem: { kind: 'failure', type: one.verdict, message: `found ${found}` }, lines: [] }
}

function incidentCase(incident: NonNullable<Result['environment']>['incidents'][number]): Case {
  const { kind, what, lastLines, advice } = incident
  const lines = [...lastLines, ...(advice === '' ? [] : [`what to do: ${advice}`])]
  return { name: 'environment', problem: { kind: 'error', type: kind, message: what }, lines }
}

function documentOf(name: string, suites: readonly Suite[], startedAt: string | null): string {
  const timestamp = startedAt === null ? '' : ` timestamp="${escaped(startedAt)}"`
  const all = suites.flatMap(({ cases }) => cases)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escaped(`quorumlab ${name}`)}" ${countsOf(all)}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite name="${escaped(suite.name)}" ${countsOf(suite.cases)}${timestamp}>`,
      ...suite.cases.map((one) => caseText(one, suite.name)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n')
}

function countsOf(cases: readonly Case[]): string {
  const of = (kind: string) => cases.filter(({ problem }) => problem?.kind === kind).length
  return `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}" skipped="0"`
}

function caseText({ name, problem, lines }: Case, suite: string): string {
  const text = escaped(lines.join('\n'))
  const inner =
    problem === null
      ? `<system-out>${text}</system-out>`
      : `<${problem.kind} type="${escaped(problem.type)}" message="${escaped(problem.message)}">${text}</${problem.kind}>`
  return `    <testcase classname="${escaped(suite.replaceAll('.', '_'))}" name="${escaped(name)}">${inner}</testcase>`
}

/** Control characters and halves of a character are no XML, not even escaped. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: just those are taken out.
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
      .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
  )
}
