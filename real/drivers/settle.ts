/** Waiting for the cluster, each wait with a bound: for its first reign, and at the end for its convergence. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { GtidSet } from '../../algorithms/gtid-set.ts'
import type { CoordinatorRequests, MysqlRequests, Outcome, ReplyOf } from '../../algorithms/servers.ts'
import { counted } from '../../algorithms/wording.ts'
import { MysqlClient } from '../mysql/client.ts'
import type { Callable } from '../transport/callable.ts'
import { ServiceClient } from '../transport/service-client.ts'
import type { Driver } from './driver.ts'
import { EnvironmentError } from './environment-error.ts'

const REIGN_DEADLINE_MS = 30_000
const CONVERGENCE_DEADLINE_MS = 30_000
/** Copying a data directory and catching up takes longer than catching up alone. */
const REBUILD_DEADLINE_MS = 120_000
const POLL_MS = 25
const CALL_DEADLINE_US = 1_000_000

const SLOW_MACHINE =
  'The machine may be too busy or its disk too slow: end other programs, ask for fewer servers, or name another --data-dir.'

type Status = ReplyOf<CoordinatorRequests, 'status'>

/** A coordinator's address. */
interface Place {
  readonly host: string
  readonly port: number
}

/** Until a source reigns and `replicas` replicas hold its first transaction. */
export async function awaitReign(places: readonly Place[], replicas: number, signal: AbortSignal): Promise<void> {
  const coordinators = places.map(({ host, port }) => new ServiceClient(host, port))
  try {
    const deadlineMs = performance.now() + REIGN_DEADLINE_MS
    for (;;) {
      const reign = await reignOf(coordinators)
      if (reign !== null && reign.replicas.length >= replicas) return
      if (performance.now() >= deadlineMs)
        throw new EnvironmentError(
          `the cluster was not set up within ${REIGN_DEADLINE_MS / 1000} s: ${
            reign === null
              ? 'no coordinator says that it reigns'
              : `source ${reign.source}, replicas ${reign.replicas.join(', ') || 'none'}`
          }`,
          { kind: 'stalled', subject: 'cluster', advice: SLOW_MACHINE },
        )
      await sleep(POLL_MS, undefined, { signal })
    }
  } finally {
    for (const coordinator of coordinators) coordinator.close()
  }
}

/** Of the newest epoch that a coordinator says it leads; null: none does. */
async function reignOf(coordinators: readonly ServiceClient[]): Promise<Status | null> {
  const statuses = await Promise.all(coordinators.map((coordinator) => ask<Status>(coordinator, { kind: 'status' })))
  const reigning = statuses.flatMap((status) =>
    status.kind === 'ok' && status.reply.source !== null ? [status.reply] : [],
  )
  return reigning.sort((a, b) => b.epoch - a.epoch)[0] ?? null
}

/**
 * Until every server has executed the same and none is quarantined: a clone has its donor's transactions before it
 * follows anybody, and until then it is no replica. Null, or what is missing when time is up. `lingersMs`: how much longer than
 * usual that may take after what was done to the servers.
 */
export async function awaitConvergence(
  driver: Driver,
  places: readonly Place[],
  quarantined: (node: string) => boolean,
  lingersMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  const coordinators = places.map(({ host, port }) => new ServiceClient(host, port))
  const members = driver.nodes
  const servers = members.map(
    (node) => new MysqlClient({ node, members, accounts: driver.accounts, semiSync: null }, { dataConnections: 1 }),
  )
  try {
    const beganMs = performance.now()
    for (;;) {
      const source = (await reignOf(coordinators))?.source ?? null
      const executed = await Promise.all(
        servers.map((server) => ask<ReplyOf<MysqlRequests, 'executed'>>(server, { kind: 'executed' })),
      )
      const apart = members.find(({ name }) => quarantined(name))?.name
      const missing =
        source === null
          ? 'no source reigns'
          : apart === undefined
            ? differenceOf(members, source, executed)
            : `${apart} is in quarantine`
      if (missing === null) return null
      const limitMs = lingersMs + (apart !== undefined ? REBUILD_DEADLINE_MS : CONVERGENCE_DEADLINE_MS)
      if (performance.now() - beganMs >= limitMs) return `${missing} after ${limitMs / 1000} s`
      await sleep(POLL_MS, undefined, { signal })
    }
  } finally {
    for (const coordinator of coordinators) coordinator.close()
    for (const server of servers) server.close()
  }
}

function differenceOf(
  members: Driver['nodes'],
  source: string,
  answers: readonly Outcome<{ readonly executed: GtidSet }>[],
): string | null {
  const reference = answers[members.findIndex(({ name }) => name === source)]
  if (reference?.kind !== 'ok') return `the source ${source} does not answer`
  for (const [i, answer] of answers.entries()) {
    const { name } = members[i]!
    if (answer.kind !== 'ok') return `${name} does not answer (${answer.reason})`
    const lacks = reference.reply.executed.minus(answer.reply.executed).size
    const extra = answer.reply.executed.minus(reference.reply.executed).size
    if (lacks > 0) return `${name} lacks ${counted(lacks, 'transaction')} of ${source}`
    if (extra > 0) return `${name} has ${counted(extra, 'transaction')} that ${source} lacks`
  }
  return null
}

function ask<T>(server: Callable, request: { readonly kind: string }): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    server.call(request, CALL_DEADLINE_US, (outcome) => resolve(outcome as Outcome<T>))
  })
}
