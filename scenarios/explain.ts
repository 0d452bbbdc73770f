/** What a scenario will do, in words. */

import { formatDuration } from './amounts.ts'
import { delayText } from './delay-text.ts'
import { stepText } from './faults/words.ts'
import { levelsText } from './levels.ts'
import type { Scenario } from './scenario.ts'

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
    list('What happens.', scenario.faults.map(stepText), 'What happens. Nothing: no fault.'),
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

function list(title: string, items: readonly string[], none: string): string {
  return items.length === 0 ? none : [title, ...items.map((item) => `  ${item}`)].join('\n')
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
