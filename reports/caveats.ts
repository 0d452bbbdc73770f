/** What must be known before any number is read: of what it is, who was left out, and who set the pace. */
import type { LatencySummary, Result } from '../scenarios/result.ts'
import { count, digits, milliseconds, percent, plural } from './numbers.ts'

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
  const ceiling =
    most === null
      ? ''
      : ` ${plural(clients, 'client')} with one operation in flight each, answered in ${milliseconds(answerMeanMs)} on average, can ask about ${digits(most)} a second, not the ${digits(offeredOpsPerSec)} that were wanted.`
  return `The load generator was the ceiling, not the cluster: ${share}${waited}.${ceiling}${unsent} Raise workload.clients or lower ratePerSec.`
}

/** Whom the percentiles leave out, and what they are with them; null: nobody. */
export function leftOutText({ count: answered, leftOut = 0, offered }: LatencySummary): string | null {
  if (leftOut === 0 || offered === undefined) return null
  const share = percent(leftOut / (answered + leftOut))
  return `without ${count(leftOut)} that got no answer (${share}); with them, each until its outage was over: p50 ${milliseconds(offered.p50)}  p75 ${milliseconds(offered.p75)}  p99 ${milliseconds(offered.p99)}`
}
