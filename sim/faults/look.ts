/**
 * The witness: what somebody with access to the machines would see of a process or a link, whatever the fault believes
 * to have done. Every fault is looked at before, when it holds, and at the end.
 */
import { counted } from '../../algorithms/wording.ts'
import { RandomStreams } from '../../scenarios/chance/random.ts'
import type { ProcessLook } from '../../scenarios/faults/processes.ts'
import { formatBandwidth } from '../../scenarios/file/amounts.ts'
import type { Slowdown } from '../kernel/slowdowns.ts'
import type { SimCluster } from '../mysql/cluster.ts'
import type { MysqlServer } from '../mysql/server.ts'
import type { Link } from '../network/link.ts'
import { fateOf, isLost, ON_TIME } from '../network/link-trouble.ts'
import type { Look, Measured } from './effect.ts'

const IMAGINED_MESSAGES = 1_000

export function lookAtProcess(cluster: SimCluster, name: string): Look<ProcessLook> {
  const process = cluster.network.process(name)
  const { life } = process
  if (life === null) return { look: 'gone', text: `${name}: no process, connections are refused`, life }
  if (!life.running) return { look: 'paused', text: `${name}: stopped by a signal, answers nothing`, life }
  if (life.handler === null) return { look: 'refusing', text: `${name}: runs, connections are refused`, life }
  const instance = cluster.mysql.instanceOf(process)
  const mode =
    instance === null ? '' : `, ${instance.offline ? 'offline' : instance.readOnly ? 'read-only' : 'writable'}`
  return { look: 'running', text: `${name}: runs and answers${mode}`, life }
}

/** Does it accept requests? A process that boots or shuts down does not yet, or any more. */
export function listens(cluster: SimCluster, name: string): boolean {
  const { life } = cluster.network.process(name)
  return life?.running === true && life.handler !== null
}

export function lookAtLinks(links: readonly Link[]): string {
  const looks = links.map((link) => link.look())
  const open = looks.filter(({ delivers }) => delivers)
  const slowestUs = open.reduce((slowest, { us }) => Math.max(slowest, us), 0)
  const time = open.length === 0 ? '' : `, a message takes up to ${(slowestUs / 1000).toFixed(2)} ms`
  return `${open.length} of ${links.length} links deliver${time}`
}

/** Of links that may be cut at the same time. */
export function lookAtDelay(links: readonly Link[]): Measured {
  const slowestUs = links.reduce((slowest, link) => Math.max(slowest, link.look().us), 0)
  const narrowest = Math.min(...links.map(({ bytesPerSec }) => bytesPerSec))
  const closeUs = links.map(({ closeDelaysUs }) => closeDelaysUs.reduce((sum, us) => sum + us, 0))
  const text =
    `${lookAtLinks(links)}; the slowest link takes ${(slowestUs / 1000).toFixed(2)} ms` +
    (narrowest === Number.POSITIVE_INFINITY ? '' : `, the narrowest carries ${formatBandwidth(narrowest)}`) +
    (Math.max(...closeUs) === 0 ? '' : `, an end comes ${(Math.max(...closeUs) / 1000).toFixed(2)} ms late`)
  const amounts = links.flatMap((link, i) => [link.look().us, link.bytesPerSec, closeUs[i]!])
  return { text, amounts }
}

/** Sends imagined messages, always the same ones, so that two looks differ only if the links do. */
export function lookAtTroubles(links: readonly Link[]): Measured {
  const stream = new RandomStreams(0).stream('witness')
  const counts = { intact: 0, lost: 0, repeated: 0, displaced: 0 }
  for (const { from, to, troubles } of links)
    for (let i = 0; i < IMAGINED_MESSAGES; i++) {
      const isDatagram = from.datagrams || to.datagrams
      const arrivals = isDatagram ? fateOf(troubles, stream) : isLost(troubles, stream) ? [] : ON_TIME
      const [first] = arrivals
      if (first === undefined) counts.lost++
      else if (arrivals.length > 1) counts.repeated++
      else if (!first.inOrder) counts.displaced++
      else counts.intact++
    }
  const { intact, lost, repeated, displaced } = counts
  const of = links.length * IMAGINED_MESSAGES
  const text = `of ${of} messages ${intact} arrive once and in order, ${lost} are lost, ${repeated} repeated, ${displaced} out of order`
  return { text, amounts: [intact, lost, repeated, displaced] }
}

export function lookAtClock(cluster: SimCluster, name: string): Measured {
  const clock = cluster.clocks.get(name)!
  const errorUs = clock.errorUs()
  const wall = errorUs === 0 ? 'right' : `${Math.abs(errorUs) / 1000} ms ${errorUs > 0 ? 'ahead' : 'behind'}`
  const text = `${name}: its clock is ${wall} and gains ${clock.driftPpm} us a second`
  return { text, amounts: [errorUs, clock.driftPpm] }
}

export function lookAtSpeed(name: string, { cpuShare, extraSyncUs }: Slowdown): Measured {
  const text = `${name}: ${Math.round(cpuShare * 100)} % of its processors, ${extraSyncUs / 1000} ms more for each fsync`
  return { text, amounts: [cpuShare, extraSyncUs] }
}

export function lookAtRelayLog({ data, process }: MysqlServer): Measured {
  const executed = data.executed.live
  const unapplied = data.relayLog.filter(({ gtid }) => !executed.has(gtid)).length
  const text = `${process.name}: ${counted(data.relayLog.length, 'transaction')} in its relay log, ${unapplied} of them not applied`
  return { text, amounts: [data.relayLog.length, unapplied] }
}

export function lookAtHurts(server: MysqlServer): string {
  const disk = server.isHurt('stalled')
    ? 'its disk stands still'
    : server.isHurt('full')
      ? 'its disk is full'
      : 'it writes'
  const entry = server.isHurt('exhausted') ? 'new clients are refused (1040)' : 'new clients come in'
  return `${server.process.name}: ${disk}, ${entry}`
}

export function lookAtJournal(cluster: SimCluster, name: string): string {
  const { records, isLost } = cluster.journals.get(name)!.contents
  return isLost ? `${name}: its journal is gone` : `${name}: ${counted(records, 'record')} in its journal`
}

export function lookAtApplier({ instance, process }: MysqlServer): string {
  if (instance === null) return `${process.name}: does not run`
  const { applier, data } = instance
  const state = applier.isLocked ? 'stands behind a table lock' : `is ${applier.state}`
  return `${process.name}: its applier ${state}, ${counted(data.held.live.size - data.executed.live.size, 'transaction')} received and not applied`
}
