/** What a scenario will do, in words. */

import { CHECKS } from '../checks/checks.ts'
import { stepText } from '../faults/words.ts'
import type { Scenario } from '../scenario.ts'
import { formatDuration } from './amounts.ts'
import { delayText } from './delay-text.ts'
import { levelsText } from './levels.ts'
import { keysText, loadText, writeText } from './load-text.ts'
import { givenBy, guaranteesOf, labelsOf, policiesOf, sameQuorums } from './policy-names.ts'

export function explain(scenario: Scenario): string {
  const { cluster, unsafe, workload, network } = scenario
  const labels = labelsOf(scenario)
  const same = sameQuorums(scenario)
  const writes = writeText(workload)
  const paragraphs = [
    `${scenario.name}: ${scenario.description}`,
    (scenario.raft === null
      ? `Cluster. node1 is the source at first, with ${plural(cluster.nodes - 1, 'replica')}; ${plural(cluster.timestampServers, 'timestamp server')} (${labels.timestamps}). ` +
        `A STRONG write is acknowledged when a quorum (${labels.quorum}) has ${cluster.acknowledge} it. ` +
        `A successor is elected by ${labels.election}.${same === null ? '' : ` ${same.text}`}`
      : raftText(scenario, scenario.raft)) +
      ` One-way network delay: ${delayText(network.defaultDelay)}.` +
      network.links.map(({ from, to, delay }) => ` From ${from} to ${to}: ${delayText(delay)}.`).join(''),
    list('What the policies promise.', promises(scenario), ''),
    ...(unsafe.length > 0
      ? [`UNSAFE, on purpose: ${unsafe.join(', ')}. What a run shows is what the sound form prevents.`]
      : []),
    `Workload. ${loadText(workload)}, ${Math.round(workload.reads * 100)} % of them reads, ${levelsText(workload.consistency)}, on ${keysText(workload)}${writes === '' ? '' : `; ${writes}`}. ` +
      (workload.warmupUs === 0
        ? 'All of it is measured.'
        : `The first ${formatDuration(workload.warmupUs)} are checked but not measured.`),
    list('What happens.', scenario.faults.map(stepText), 'What happens. Nothing: no fault.'),
    list(
      'What is checked.',
      scenario.checks.map((name) => checkText(name, scenario)),
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

function raftText(scenario: Scenario, raft: NonNullable<Scenario['raft']>): string {
  const { cluster } = scenario
  const { quorum, election } = labelsOf(scenario)
  const zones = cluster.zones.map(({ name, nodes }) => `${nodes} in ${name}`).join(', ')
  return (
    `Cluster. A Raft group of ${plural(cluster.nodes, 'server')}${zones === '' ? '' : ` (${zones})`}, led by node1 at first. ` +
    `A write is acknowledged when a commit quorum (${quorum}) holds it. ` +
    `Leaders: ${election}; an election timeout is ${formatDuration(raft.electionTimeoutUs)} or more.`
  )
}

/** What the policies and checks say of themselves: the names stand above. */
function promises(scenario: Scenario): readonly string[] {
  return policiesOf(scenario).map(({ name, promise, noPromise }) => `${name}: ${promise}; not ${noPromise}`)
}

/** What the check says, and whether the policies of this scenario promise it. */
function checkText(name: Scenario['checks'][number], { algorithms, cluster }: Scenario): string {
  const { says, promisedBy } = CHECKS[name]
  const given = guaranteesOf(algorithms, cluster.protocol)
  if (promisedBy.every((guarantee) => given.has(guarantee))) return `${name}: ${says}`
  return `${name}: ${says} (not promised here, as it would be under ${givenBy(promisedBy).join(', ')})`
}

function list(title: string, items: readonly string[], none: string): string {
  return items.length === 0 ? none : [title, ...items.map((item) => `  ${item}`)].join('\n')
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
