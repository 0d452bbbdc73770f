/** What a run did, in sentences made from its numbers: the part of a report that people quote. */

import { levelsText } from '../scenarios/file/levels.ts'
import { closedText } from '../scenarios/file/load-text.ts'
import { policyName } from '../scenarios/measures/compare-results.ts'
import type { Result } from '../scenarios/result.ts'
import type { Failover } from '../scenarios/result-durations.ts'
import { apart, count, digits, milliseconds, percent, plural, seconds } from '../scenarios/shown/numbers.ts'
import { intervalText } from './intervals.ts'
import { listed } from './markup.ts'
import { outageSentences } from './outages.ts'
import { moreOf, moveSentences, plannedMove } from './planned.ts'

type Fault = Result['faults'][number]

/** What was asked of the cluster. */
export function asked(result: Result): string {
  const { scenario } = result
  const { workload, cluster, sameRule } = scenario
  const rate = `${paceOf(workload)} (${mixOf(workload.reads)}, ${levelsText(workload.consistency)})`
  const timestamps = cluster.protocol === 'raft' ? 'Raft' : `${policyName(scenario, 'timestamps')} timestamps`
  const policies = `${timestamps}, ${policyName(scenario, 'quorum')} quorum, ${policyName(scenario, 'election')} election`
  const what = `${rate} for ${milliseconds(workload.durationUs / 1000)} on ${plural(cluster.nodes, 'node')}, with ${policies}.`
  return sameRule === undefined ? what : `${what} ${sameRule.text}`
}

function paceOf(workload: Result['scenario']['workload']): string {
  if (workload.mode === 'closed') return closedText(workload)
  const { ratePerSec, stages } = workload
  if (stages === undefined) return `${digits(ratePerSec)} operations a second`
  const rates = stages.flatMap(({ fromPerSec, toPerSec }) => [fromPerSec, toPerSec])
  return `${digits(Math.min(...rates))} to ${digits(Math.max(...rates))} operations a second, in stages`
}

/** Said loudly wherever a run is shown: what it found says nothing about the sound forms. */
export function unsafeText(forms: readonly string[]): string {
  return `UNSAFE ON PURPOSE: ${forms.join(', ')}`
}

function mixOf(reads: number): string {
  if (reads === 0) return 'writes only'
  return reads === 1 ? 'reads only' : `${percent(reads)} reads`
}

/** What happened, one idea a sentence. `withTrials` false: where the spread stands next to the sentences anyway. */
export function happened(result: Result, withTrials = true): string[] {
  const { failovers } = result.summary
  const sentences =
    result.trials.length > 1 ? [`This is the first of ${result.trials.length} trials, seed ${result.seed}.`] : []
  if (failovers.length === 0) sentences.push(...withoutFailover(result))
  for (const failover of failovers.slice(0, 3)) sentences.push(...failoverSentences(result, failover))
  if (failovers.length > 3) sentences.push(`${moreOf(result, failovers.slice(3))} followed.`)
  const told = failovers.slice(0, 3).flatMap(({ clientOutageStartMs }) => clientOutageStartMs ?? [])
  sentences.push(...outageSentences(result.summary, told))
  if (failovers.length > 0) sentences.push(lossSentence(failovers))
  const trials = withTrials ? trialsSentence(result) : null
  if (trials !== null) sentences.push(trials)
  sentences.push(...answers(result))
  return sentences
}

function withoutFailover(result: Result): string[] {
  const { environment, faults } = result
  if (faults.length === 0 && environment !== undefined)
    return ['No fault of the scenario had happened when the environment failed, and no failover.']
  if (faults.length === 0) return ['Nothing was broken, and the source stayed the same.']
  const steps = together(faults)
  const shown = steps.slice(0, 3).map((step) => `at ${seconds(step[0]!.atMs)} ${manyInWords(step)}`)
  const more = steps.slice(3).flat().length
  if (more > 0) shown.push(`${plural(more, 'more fault')} followed`)
  const refusal = result.events.filter((event) => event.kind === 'refused').at(-1)
  const ending =
    refusal === undefined ? 'No failover followed.' : `The coordinator refused to fail over: ${ended(refusal.reason)}`
  return [`${capital(listed(shown))}.`, ending]
}

function failoverSentences(result: Result, failover: Failover): string[] {
  const move = plannedMove(result, failover)
  if (move !== null) return moveSentences(move, failover)
  const fault = causeOf(result, failover)
  const when = `At ${seconds(failover.startMs)}`
  const sentences = [
    fault === null
      ? `${when}: ${ended(failover.reason.split('; ')[0] || 'a failover began')}`
      : `${when} ${inWords(fault)}.`,
  ]
  const { done, what } = failover.endsWith === 'read' ? READ : WRITE
  if (failover.durationMs === null)
    sentences.push(`${failover.newSource} took over, but ${done} no ${what} that was begun after the fault.`)
  else
    sentences.push(
      `${failover.newSource} took over and ${done} its first new ${what} ${milliseconds(failover.durationMs)} after the fault.`,
    )
  const { refused } = failover.phases
  if (typeof refused === 'number') sentences.push(refusedSentence(refused, failover.refusal ?? null))
  if (failover.clientOutageMs !== null && failover.clientOutageMs > 0)
    sentences.push(`For clients the outage lasted ${milliseconds(failover.clientOutageMs)}.`)
  else if (failover.clientOutageMs === null && typeof failover.clientOutageStartMs === 'number')
    sentences.push('For clients the outage was not seen to end.')
  return sentences
}

function refusedSentence(refusedMs: number, refusal: NonNullable<Failover['refusal']> | null): string {
  const who = refusal?.why.code === 'rule' ? 'the quorum rule allowed no take-over' : 'a take-over was refused'
  return `For ${milliseconds(refusedMs)} of that ${who}${refusal === null ? '.' : `: ${ended(refusal.reason)}`}`
}

const WRITE = { done: 'acknowledged', what: 'write' }
/** Of a workload that has nothing else. */
const READ = { done: 'answered', what: 'read' }

/** The fault that caused it; a planned switch has none. */
function causeOf({ faults }: Result, { fault }: Failover): Fault | null {
  return fault == null ? null : (faults[fault] ?? null)
}

const DONE: Readonly<Record<string, string>> = {
  crash: 'was killed',
  restart: 'was started again',
  stop: 'was shut down',
  start: 'was started again',
  'power-loss': 'lost its power',
  pause: 'was frozen',
  resume: 'was resumed',
  partition: 'was cut off',
  heal: 'was connected again',
  slow: 'was slowed down',
  unslow: 'was given its full speed again',
}

/** `crash node1 (source)` as a sentence: `node1 (source) was killed`. */
export function inWords(fault: Pick<Fault, 'kind' | 'label' | 'target'>): string {
  const done = DONE[fault.kind]
  const [target, ...others] = fault.target
  const start = `${fault.kind} ${target}`
  if (done === undefined || target === undefined || others.length > 0 || !fault.label.startsWith(start))
    return fault.label
  const rest = fault.label.slice(start.length).trim()
  if (rest === '' || /^\([^()]*\)$/.test(rest)) return `${target} ${rest}`.trim() + ` ${done}`
  return `${target} ${done} (${rest})`
}

/** What one step did to several servers at once stands together. */
function together(faults: readonly Fault[]): Fault[][] {
  const steps: Fault[][] = []
  for (const fault of faults) {
    const last = steps.at(-1)?.[0]
    const isSame = last !== undefined && last.atMs === fault.atMs && withoutTarget(last) === withoutTarget(fault)
    if (isSame) steps.at(-1)!.push(fault)
    else steps.push([fault])
  }
  return steps
}

function withoutTarget({ label, target }: Fault): string {
  return target.length === 1 ? label.replace(target[0]!, '') : label
}

function manyInWords(step: readonly Fault[]): string {
  const [first] = step
  if (step.length === 1) return inWords(first!)
  const names = step.flatMap(({ target }) => target).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const done = DONE[first!.kind]
  if (done === undefined) return `${first!.kind} ${listed(names)}`
  return `${listed(names)} ${done.replace(/^was /, 'were ').replace(' its ', ' their ')}`
}

function lossSentence(failovers: readonly Failover[]): string {
  const lost = failovers.reduce((sum, { lostAcknowledged }) => sum + lostAcknowledged, 0)
  if (lost === 0) return 'No acknowledged write was lost.'
  return `${plural(lost, 'acknowledged write')} ${lost === 1 ? 'was' : 'were'} lost.`
}

const PLACES = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh']

/** Why this node, from what the deciding policy ranked. */
export function electionSentence(result: Result, failover: Failover): string {
  const { newSource, policy } = failover
  const ranking = failover.rankings[policy] ?? []
  const place = ranking.findIndex(({ node }) => node === newSource)
  const winner = ranking[place]
  if (winner === undefined) {
    const reason = failover.reason.trim()
    return reason === ''
      ? `${newSource} was chosen; no reason was recorded.`
      : `${newSource} was chosen: ${ended(reason)}`
  }
  const show = scoresOf(ranking)
  const numbers = `${show(winner.score)} (${winner.reason})`
  const move = plannedMove(result, failover)
  if (move !== null) {
    const why = move.proposal === null ? 'the move to it was asked for' : move.proposal
    return `${newSource} was chosen because ${why}; ${policy} ranked it ${placeOf(place)} with ${numbers}.`
  }
  if (ranking.length === 1)
    return `${newSource} was elected because it was the only candidate; ${policy} gave it ${numbers}.`
  if (place > 0) {
    const objections = objectionsOf(result, failover)
    const why = objections === '' ? 'those before it could not be used' : objections
    return `${newSource} was elected although ${policy} ranked it ${placeOf(place)} with ${numbers}: ${ended(why)}`
  }
  const next = ranking[1]!
  return `${newSource} was elected because ${policy} ranked it first with ${numbers}; ${next.node} came second with ${show(next.score)} (${next.reason}).`
}

function placeOf(place: number): string {
  return PLACES[place] ?? `number ${place + 1}`
}

/** A policy that knows nothing of a candidate ranks it behind all others by a number that is no measurement. */
const UNSCORED = -1e6

/** How the scores of one ranking are written: with as many digits as tell them apart. */
export function scoresOf(ranking: readonly { readonly score: number }[]): (score: number) => string {
  const show = apart(ranking.map(({ score }) => score).filter((score) => score > UNSCORED))
  return (score) => (score > UNSCORED ? show(score) : 'no score')
}

/** What stood against those ranked before it. */
function objectionsOf(result: Result, failover: Failover): string {
  const elected = result.events.filter((event) => event.kind === 'elected' && event.epoch === failover.epoch).at(-1)
  if (elected?.kind !== 'elected') return ''
  return (elected.against ?? []).map(({ reason }) => reason).join('; ')
}

/** Whether the policies agree; the table beneath shows the numbers. */
export function agreementSentence(failover: Failover): string {
  const said = Object.entries(failover.rankings).flatMap(([policy, ranking]) => {
    const best = ranking[0]
    if (best === undefined || policy === failover.policy) return []
    const own = ranking.find(({ node }) => node === failover.newSource)
    if (best.node === failover.newSource) return [`${policy} would have picked the same node`]
    const tie = own?.score === best.score ? `, though it rated ${failover.newSource} as high` : ''
    return [`${policy} would have picked ${best.node}${tie}`]
  })
  return said.length === 0 ? '' : `Of the other policies, ${listed(said)}.`
}

function trialsSentence(result: Result): string | null {
  const { trials, p50, min, max, interval } = result.summary.failoverMs
  if (trials < 2 || p50 === null) return null
  // The range of few trials is what the fastest and the slowest say.
  const between = interval?.kind === 'interval' ? ` (${intervalText(interval, milliseconds)})` : ''
  const slowest = max === null ? 'the slowest never ended' : `the slowest ${milliseconds(max)}`
  return `Over ${plural(trials, 'trial')} the median failover took ${milliseconds(p50)}${between}, the fastest ${milliseconds(min)}, ${slowest}.`
}

const NAMED_AT_MOST = 3

/** What the lag of the replicas that followed leaves out: one text for each that was away, or one for many. */
export function caughtUp({ catchingUp }: Result['summary']['lagMs']): string[] {
  const away = Object.entries(catchingUp?.perNode ?? {})
  if (away.length > NAMED_AT_MOST)
    return [
      `${away.length} servers were away and caught up at most ${milliseconds(catchingUp!.maxMs)} of writes (${plural(catchingUp!.count, 'transaction')} in all)`,
    ]
  return away.map(
    ([node, { count: transactions, maxMs }]) =>
      `${node} was away and caught up ${milliseconds(maxMs)} of writes (${plural(transactions, 'transaction')})`,
  )
}

function answers({ summary }: Result): string[] {
  const { ok, failed, unknown, unsent } = summary.operations
  const all = ok + failed + unknown + unsent
  if (all === 0) return ['No operation was measured.']
  const rest = [
    failed > 0 ? `${count(failed)} failed` : '',
    unknown > 0 ? `${count(unknown)} ${unknown === 1 ? 'has' : 'have'} an unknown outcome` : '',
    unsent > 0 ? `${count(unsent)} ${unsent === 1 ? 'was' : 'were'} never sent` : '',
  ].filter((part) => part !== '')
  const sentences = [
    rest.length === 0
      ? `All ${count(all)} measured operations were answered ok.`
      : `Of ${count(all)} measured operations ${count(ok)} were answered ok (${percent(ok / all)}); ${listed(rest)}.`,
  ]
  const { lostEventual, stalenessMs } = summary
  if (stalenessMs !== undefined)
    sentences.push(
      `What EVENTUAL reads showed had been out of date for ${milliseconds(stalenessMs.p99)} at the 99th percentile and ${milliseconds(stalenessMs.max)} at most.`,
    )
  if (lostEventual > 0)
    sentences.push(
      `${plural(lostEventual, 'EVENTUAL write')} that had been answered ok ${lostEventual === 1 ? 'is' : 'are'} gone; EVENTUAL promises no more.`,
    )
  return sentences
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
