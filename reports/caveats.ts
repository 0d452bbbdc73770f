/** What must be known before any number is read: of what it is, who was left out, and who set the pace. */
import type { LatencySummary, Result } from '../scenarios/result.ts'
import { count, digits, milliseconds, percent, plural } from '../scenarios/shown/numbers.ts'

/** Whether the numbers are of a model or of servers. */
export function worldText({ world, versions, scenario }: Pick<Result, 'world' | 'versions' | 'scenario'>): string {
  if (world === 'sim')
    return `simulated: a model of ${scenario.cluster.protocol === 'raft' ? 'a Raft group' : 'MySQL'}, not calibrated against real servers`
  const mysql = versions.mysql === null ? 'MySQL' : `MySQL ${versions.mysql}`
  return `measured on ${plural(scenario.cluster.nodes, `real ${mysql} server`)} (${world})`
}

/** Null: the load generator asked what it should, when it should. */
export function generatorText({ generator, operations, offeredOpsPerSec }: Result['summary']): string | null {
  if (generator === undefined || generator.verdict === 'kept up') return null
  const { verdict, clients, due, late, medianWaitMs, answerMeanMs } = generator
  const share = `${percent(late / due)} of the operations that were due before any fault were sent late or never`
  const waited = medianWaitMs === null ? '' : ` (half of the late ones waited more than ${milliseconds(medianWaitMs)})`
  const unsent = operations.unsent > 0 ? ` ${count(operations.unsent)} were never sent.` : ''
  if (verdict === 'late')
    return `The load generator was late: ${share}${waited}, though a client was free. The machine that ran it was too busy, and every latency here contains that.${unsent}`
  const most = answerMeanMs === null || answerMeanMs === 0 ? null : (clients * 1000) / answerMeanMs
  // With clients enough on average, it was a stretch of slow answers that kept all of them busy.
  if (most !== null && most > offeredOpsPerSec)
    return (
      `For a while every client waited for an answer: ${share}${waited}. ${plural(clients, 'client')} with one operation in flight each, ` +
      `answered in ${milliseconds(answerMeanMs)} on average, can ask about ${digits(most)} a second, more than the ${digits(offeredOpsPerSec)} ` +
      `that were wanted: answers were slow before any fault, and the cluster or the machine below it was too busy.${unsent}`
    )
  const ceiling =
    most === null
      ? ''
      : ` ${plural(clients, 'client')} with one operation in flight each, answered in ${milliseconds(answerMeanMs)} on average, can ask about ${digits(most)} a second, not the ${digits(offeredOpsPerSec)} that were wanted.`
  return `The load generator was the ceiling, not the cluster: ${share}${waited}.${ceiling}${unsent} Raise workload.clients or lower ratePerSec.`
}

/** What the figures of a closed loop are not; null: an open one. */
export function closedLoopText({ scenario }: Pick<Result, 'scenario'>): string | null {
  if (scenario.workload.mode !== 'closed') return null
  return (
    'Closed loop: latency counts from the sending, and while clients wait they ask for nothing, so that a stall delays one operation ' +
    'of each and hides those that users would have wanted meanwhile (coordinated omission). The percentiles are flattered; ' +
    'an open loop (workload.mode: open) shows what users would see.'
  )
}

/** From when latency counts, under charts and tables. */
export function latencyFromText(runs: readonly { readonly result: Pick<Result, 'scenario'> }[]): string {
  const closed = runs.filter(({ result }) => result.scenario.workload.mode === 'closed').length
  if (closed === 0) return 'From the intended start'
  return closed === runs.length
    ? 'From the sending (closed loop)'
    : 'From the intended start (closed loop: the sending)'
}

/** Whom the percentiles leave out, and what they are with those that were sent; null: nobody. */
export function leftOutText({ count: answered, leftOut = 0, neverSent = 0, sent }: LatencySummary): string | null {
  if (leftOut === 0 || sent === undefined) return null
  const share = (amount: number) => `${count(amount)} (${percent(amount / (answered + leftOut))})`
  const gaveUp = leftOut - neverSent
  const unsent = neverSent > 0 ? [`${share(neverSent)} that were never sent`] : []
  const unanswered = gaveUp > 0 ? [`${share(gaveUp)} that got no answer`] : []
  const without = `without ${[...unanswered, ...unsent].join(' and ')}`
  if (gaveUp === 0) return without
  return `${without}; had those without an answer waited for their outage's end: p50 ${milliseconds(sent.p50)}  p75 ${milliseconds(sent.p75)}  p99 ${milliseconds(sent.p99)}`
}

/**
 * Under saturation what is answered in the measured window was mostly wanted before it: the counts, which go by the
 * intended start, would say that nothing was done. Null: both tell the same.
 */
export function answeredLateText({ summary, scenario, complete }: Result): string | null {
  const { durationUs, warmupUs } = scenario.workload
  const answered = (summary.throughputOpsPerSec * (durationUs - warmupUs)) / 1e6
  if (!complete || answered <= summary.operations.ok * 1.1 + scenario.workload.clients) return null
  return `${count(answered)} operations were answered in the measured window, most of them wanted before it`
}

/** What a write that a quorum has received is safe from; null: a quorum has applied it, or it is Raft's. */
export function receivedText({ protocol, acknowledge }: Result['scenario']['cluster']): string | null {
  if (protocol === 'raft' || acknowledge !== 'received') return null
  return (
    'An acknowledged write is in the relay logs of its quorum. It outlives the loss of any of them that a coordinator has seen: ' +
    'who lost one does not count until it has proved itself. It does not outlive a loss that nobody has seen, nor that of ' +
    "the source's disk and of all relay logs of its quorum at once, before they were applied."
  )
}
