/** What is hurt inside a server or its machine: speed, relay log, applier, journal, clock. */
import type { ApplierLook } from '../../scenarios/faults/applier.ts'
import type { ConnectionsLook } from '../../scenarios/faults/connections.ts'
import type { FullLook, StalledLook } from '../../scenarios/faults/disks.ts'
import type { Effect } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { JournalLook, RelayLogLook } from '../../scenarios/faults/storage.ts'
import type { SimCluster } from '../mysql/cluster.ts'
import type { MysqlServer } from '../mysql/server.ts'
import { AT_ONCE_US, effect } from './effect.ts'
import { slowLink } from './link-effects.ts'
import { lookAtApplier, lookAtClock, lookAtHurts, lookAtJournal, lookAtRelayLog, lookAtSpeed } from './look.ts'

export function slow(item: Item, cluster: SimCluster): Effect<'as-it-is'> {
  if (item.step.link !== null) return slowLink(item, cluster)
  const name = item.names[0]!
  const { cpuShare, diskUs } = item.step
  return effect(
    () => ({ look: 'as-it-is', ...lookAtSpeed(name, cluster.mysql.server(name).slowness) }),
    () => cluster.mysql.server(name).slowDown({ cpuShare: cpuShare ?? 1, extraSyncUs: diskUs ?? 0 }),
    AT_ONCE_US,
  )
}

export function loseRelayLogs({ names }: Item, cluster: SimCluster): Effect<RelayLogLook> {
  const name = names[0]!
  const server = cluster.mysql.server(name)
  const look = () => {
    if (cluster.supervisor.rebuilding.has(name)) return 'rebuilding'
    return server.data.relayLog.length === 0 ? 'empty' : 'filled'
  }
  return effect(
    () => ({ look: look(), ...lookAtRelayLog(server) }),
    () => {
      server.loseRelayLog()
      return () => {}
    },
    AT_ONCE_US,
  )
}

/** Ends with the process, like the session that holds the lock. */
export function blockApplier({ names }: Item, cluster: SimCluster): Effect<ApplierLook> {
  const name = names[0]!
  const server = cluster.mysql.server(name)
  const ignore = () => {}
  const look = () => {
    if (server.instance === null) return 'gone'
    // No session could be opened that would take the lock.
    if (server.process.life?.running === false) return 'paused'
    if (name === cluster.source) return 'source'
    return server.instance.applier.isLocked ? 'blocked' : 'applying'
  }
  return effect(
    () => ({ look: look(), text: lookAtApplier(server) }),
    () => {
      const { instance } = server
      instance!.statements.run({ kind: 'lock tables' }, ignore)
      return () => {
        if (server.instance === instance) instance!.statements.run({ kind: 'unlock tables' }, ignore)
      }
    },
    AT_ONCE_US,
  )
}

export function loseJournal({ names }: Item, cluster: SimCluster): Effect<JournalLook> {
  const journal = cluster.journals.get(names[0]!)!
  return effect(
    () => ({ look: journal.contents.isLost ? 'gone' : 'there', text: lookAtJournal(cluster, names[0]!) }),
    () => {
      journal.lose()
      return () => {}
    },
    AT_ONCE_US,
  )
}

export function skewClock({ names, step, verb }: Item, cluster: SimCluster): Effect<'as-it-is'> {
  const name = names[0]!
  const clock = cluster.clocks.get(name)
  if (clock === undefined) throw new Error(`line ${step.line}: ${verb} ${name}: it has no clock of its own`)
  return effect(
    () => ({ look: 'as-it-is', ...lookAtClock(cluster, name) }),
    () => {
      clock.skew(step.skew!.byUs, step.skew!.driftPpm)
      return () => clock.correct()
    },
    AT_ONCE_US,
  )
}

export function stallDisk(item: Item, cluster: SimCluster): Effect<StalledLook> {
  return hurtServer(item, cluster, 'stalled', { whole: 'writes', hurt: 'stalled' })
}

export function fillDisk(item: Item, cluster: SimCluster): Effect<FullLook> {
  return hurtServer(item, cluster, 'full', { whole: 'room', hurt: 'full' })
}

export function exhaustConnections(item: Item, cluster: SimCluster): Effect<ConnectionsLook> {
  return hurtServer(item, cluster, 'exhausted', { whole: 'open', hurt: 'exhausted' })
}

/** What lasts for a server, whichever of its lives it is in. */
function hurtServer<Whole extends string, Hurt extends string>(
  { names }: Item,
  cluster: SimCluster,
  what: Parameters<MysqlServer['hurt']>[0],
  looks: { readonly whole: Whole; readonly hurt: Hurt },
): Effect<Whole | Hurt | 'silent' | 'gone'> {
  const name = names[0]!
  const server = cluster.mysql.server(name)
  const look = () => {
    if (server.instance === null) return 'gone'
    if (server.process.life?.running === false) return 'silent'
    return server.isHurt(what) ? looks.hurt : looks.whole
  }
  return effect(
    () => ({ look: look(), text: lookAtHurts(server) }),
    () => server.hurt(what),
    AT_ONCE_US,
  )
}
