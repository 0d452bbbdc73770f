/** Whom a verb may be aimed at: names of processes, and roles that are resolved when the step fires. */
import { clientSites } from '../file/raft-settings.ts'
import { coordinatorNames, type Scenario } from '../scenario.ts'

type Cluster = Scenario['cluster']

/** `nobody`: what it is aimed at is no process. */
export type Aim =
  | 'process'
  | 'process-or-client'
  | 'server'
  | 'successor'
  | 'coordinator'
  | 'clock'
  | 'clock-or-all'
  | 'link'
  | 'nobody'

/** `oracle` only: the timestamp server that issues. */
export const ISSUER = 'issuer'
/** What the harness took down and did not bring back. */
export const CRASHED = 'crashed'
const NODE_ROLES = ['source', 'replica', 'fastest', 'any', 'minority', 'all']
/** Of a Raft group besides: the t followers that the next round needs most, or least. */
const RAFT_ROLES = [...NODE_ROLES, 'strongest', 'weakest']

/** A role may name any number of processes. */
export function isRole(word: string): boolean {
  return word === CRASHED || word === ISSUER || RAFT_ROLES.includes(word)
}

export function rolesIn({ protocol }: Cluster): readonly string[] {
  return protocol === 'raft' ? RAFT_ROLES : [...NODE_ROLES, ISSUER]
}

export function processNames(cluster: Cluster): readonly string[] {
  if (cluster.protocol === 'raft')
    return [...nodeNames(cluster), ...clientSites(cluster.zones).map(({ process }) => process)]
  return [...nodeNames(cluster), ...timestampNames(cluster), ...coordinatorNames(cluster.coordinators), 'client']
}

export function nodeNames(cluster: Cluster): readonly string[] {
  return numbered('node', cluster.nodes)
}

/** Everything that a step's words may say. */
export function targetsOf(aim: Aim, cluster: Cluster): readonly string[] {
  const all = processNames(cluster)
  const roles = rolesIn(cluster)
  switch (aim) {
    // The load generator is the observer: it can be cut off, but not killed.
    case 'process':
      return [...all.filter((name) => !name.startsWith('client')), ...roles]
    case 'process-or-client':
      return [...all, ...roles]
    case 'server':
      return [...nodeNames(cluster), ...roles]
    case 'successor':
      return [...nodeNames(cluster), 'replica', 'fastest', 'any']
    case 'coordinator':
      return coordinatorNames(cluster.coordinators)
    // The machines that have clocks of their own.
    case 'clock':
      return [...timestampNames(cluster), ISSUER]
    case 'clock-or-all':
      return [...timestampNames(cluster), ISSUER, 'all']
    case 'link':
      return [...all, 'all']
    case 'nobody':
      return []
  }
}

function timestampNames(cluster: Cluster): readonly string[] {
  return numbered('timestamp-', cluster.timestampServers)
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)
}
