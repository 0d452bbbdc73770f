/** What a scenario will do, in words. */

import { formatDuration } from './amounts.ts'
import { afterText } from './anchors.ts'
import { levelsText } from './levels.ts'
import type { DelayDistribution, FaultStep, FaultVerb, Scenario } from './scenario.ts'

const DOES: Readonly<Record<FaultVerb, string>> = {
  crash: 'is killed (what it wrote survives)',
  restart: 'is started again',
  stop: 'is shut down in order',
  start: 'is started again',
  pause: 'is frozen',
  resume: 'goes on',
  partition: 'is cut off',
  heal: 'is reachable again',
  slow: 'is slowed down',
  unslow: 'has its full speed again',
  'power-loss': 'loses power (what it had not synced is gone)',
  'lose-relay-logs': 'loses its relay logs (if it runs, it is killed and started again without them)',
  'lose-journal': 'loses its journal (it notices nothing, and finds none when it is started again)',
  'block-applier': 'has its table locked: what it receives is not applied',
  'unblock-applier': 'applies again',
  'change-threshold': 'is asked for',
  switchover: 'is asked to become the source',
  'skew-clock': 'has a wrong clock',
  'unskew-clock': 'has the right time again',
  lose: 'loses messages',
  duplicate: 'delivers messages twice',
  reorder: 'delivers messages out of order',
  deliver: 'delivers everything again',
}

const ROLES: Readonly<Record<string, string>> = {
  source: 'the source of that moment',
  replica: 'a replica',
  fastest: 'the fastest replica',
  any: 'any one server',
  minority: 'a minority of the servers',
  crashed: 'what was crashed',
  all: 'every server',
  strongest: 'the t followers that decide most',
  weakest: 'the t followers that decide least',
  issuer: 'the timestamp server that issues',
}

const CHECKED: Readonly<Record<Scenario['checks'][number], string>> = {
  'acknowledged-writes-survive': 'no acknowledged STRONG write is lost',
  'timestamps-unique': 'no timestamp is given twice',
  'timestamps-ordered': 'a write that begins after another has ended gets the larger timestamp',
  'single-writer': 'at most one server earns acknowledgements per epoch, and none for an epoch that is over',
  'replicas-converge': 'all servers hold the same data in the end',
  linearizable: 'an order of the operations of each key explains what every STRONG read returned',
  'elections-safe': 'at most one leader per epoch',
  'live-after-healing': 'once everything is healed a write is acknowledged, or the quorum rule forbids it',
  'read-your-writes': 'a session sees what it has written',
  'monotonic-sessions': 'a session never reads a key as it was before its own earlier read',
  'timestamps-session-monotone': 'the timestamps of a session ascend',
}

export function explain(scenario: Scenario): string {
  const { cluster, algorithms, unsafe, workload, network } = scenario
  const count = Math.round((workload.ratePerSec * workload.durationUs) / 1e6)
  const paragraphs = [
    `${scenario.name}: ${scenario.description}`,
    (scenario.raft === null
      ? `Cluster. node1 is the source at first, with ${plural(cluster.nodes - 1, 'replica')}; ${plural(cluster.timestampServers, 'timestamp server')} (${algorithms.timestamps}). ` +
        `A STRONG write is acknowledged when a quorum (${algorithms.quorum}) has ${cluster.acknowledge} it. ` +
        `A successor is elected by ${algorithms.election}.`
      : raftText(scenario, scenario.raft)) +
      ` One-way network delay: ${delayText(network.defaultDelay)}.` +
      network.links.map(({ from, to, delay }) => ` From ${from} to ${to}: ${delayText(delay)}.`).join(''),
    ...(unsafe.length > 0
      ? [`UNSAFE, on purpose: ${unsafe.join(', ')}. What a run shows is what the sound form prevents.`]
      : []),
    `Workload. About ${count} operations in ${formatDuration(workload.durationUs)} (${workload.ratePerSec} per second, ` +
      `${workload.arrivals} arrivals, at most ${workload.clients} at once), ${Math.round(workload.reads * 100)} % of them reads, ${levelsText(workload.consistency)}. ` +
      (workload.warmupUs === 0
        ? 'All of it is measured.'
        : `The first ${formatDuration(workload.warmupUs)} are checked but not measured.`),
    list('What happens.', scenario.faults.map(faultText), 'What happens. Nothing: no fault.'),
    list(
      'What is checked.',
      scenario.checks.map((name) => `${name}: ${CHECKED[name]}`),
      'What is checked. Nothing.',
    ),
    list(
      'What is expected.',
      scenario.expectations.map(({ path, op, limit }) =>
        typeof limit === 'string'
          ? `${path === 'checks' ? 'every other check' : path}: ${limit}`
          : `${path} ${op} ${limit}`,
      ),
      'What is expected. No numbers: the checks decide.',
    ),
  ]
  return `${paragraphs.join('\n\n')}\n`
}

function raftText({ cluster, algorithms }: Scenario, raft: NonNullable<Scenario['raft']>): string {
  const zones = cluster.zones.map(({ name, nodes }) => `${nodes} in ${name}`).join(', ')
  const needs = takesThreshold(raft) ? ` (t = ${raft.failureThreshold})` : ''
  return (
    `Cluster. A Raft group of ${plural(cluster.nodes, 'server')}${zones === '' ? '' : ` (${zones})`}, led by node1 at first. ` +
    `A write is acknowledged when a commit quorum (${algorithms.quorum}${needs}) holds it. ` +
    `Leaders: ${algorithms.election}; an election timeout is ${formatDuration(raft.electionTimeoutUs)} or more.`
  )
}

function takesThreshold({ quorum }: NonNullable<Scenario['raft']>): boolean {
  return quorum === 'cabinet' || quorum === 'flexible'
}

function faultText(step: FaultStep): string {
  const who = targetText(step)
  const details: string[] = []
  if (step.delay !== null) details.push(`${delayText(step.delay)} added`)
  if (step.cpuShare !== null) details.push(`${Math.round(step.cpuShare * 100)} % of its CPU left`)
  if (step.diskUs !== null) details.push(`${formatDuration(step.diskUs)} added to each write to disk`)
  if (step.ratio !== null) details.push(`${Math.round(step.ratio * 100)} % of them`)
  if (step.skew !== null) details.push(skewText(step.skew))
  if (step.verb === 'partition' && step.direction !== 'both')
    details.push(step.direction === 'in' ? 'what is sent to it is lost' : 'what it sends is lost')
  if (step.except.length > 0) details.push(`except for ${step.except.join(', ')}`)
  const detail = details.length === 0 ? '' : `: ${details.join(', ')}`
  const when = step.after === null ? formatDuration(step.atUs).padStart(7) : afterText(step.after, step.atUs)
  return `${when}  ${who} ${DOES[step.verb]}${detail}`
}

function skewText({ byUs, driftPpm }: NonNullable<FaultStep['skew']>): string {
  const parts: string[] = []
  if (byUs !== 0) parts.push(`${formatDuration(Math.abs(byUs))} ${byUs > 0 ? 'ahead' : 'behind'}`)
  if (driftPpm !== 0) parts.push(`${Math.abs(driftPpm)} ppm too ${driftPpm > 0 ? 'fast' : 'slow'}`)
  return parts.join(' and ')
}

function targetText(step: FaultStep): string {
  if (step.failureThreshold !== null) return `a failure threshold of ${step.failureThreshold}`
  if (step.link !== null) return `the link ${step.link.from}->${step.link.to}`
  if (step.split.length > 0) return `${step.split.map((group) => group.join('+')).join(' from ')}`
  return step.target.map((name) => ROLES[name] ?? name).join(' and ')
}

function delayText(delay: DelayDistribution): string {
  switch (delay.kind) {
    case 'constant':
      return formatDuration(delay.us)
    case 'lognormal':
      return `lognormal, median ${formatDuration(delay.medianUs)}, sigma ${delay.sigma}`
    case 'normal':
      return `normal, ${formatDuration(delay.meanUs)} +- ${formatDuration(delay.deviationUs)}`
  }
}

function list(title: string, items: readonly string[], none: string): string {
  return items.length === 0 ? none : [title, ...items.map((item) => `  ${item}`)].join('\n')
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
