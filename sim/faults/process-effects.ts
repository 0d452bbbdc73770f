/** Processes that are killed, shut down, frozen, and started again. */
import type { Effect } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { ProcessLook } from '../../scenarios/faults/processes.ts'
import type { SimCluster } from '../mysql/cluster.ts'
import type { Host } from '../mysql/services.ts'
import { effect, IN_TIME_US } from './effect.ts'
import { lookAtProcess } from './look.ts'

type ProcessEffect = (item: Item, cluster: SimCluster) => Effect<ProcessLook>

/** `end`: ends it, which may take its time. */
export function ended(end: (host: Host, cluster: SimCluster) => void): ProcessEffect {
  return (item, cluster) => {
    const host = hostOf(item, cluster)
    return effect(
      () => lookAtProcess(cluster, host.process.name),
      () => {
        end(host, cluster)
        return () => startAgain(cluster, host)
      },
      IN_TIME_US,
    )
  }
}

export const paused: ProcessEffect = (item, cluster) => {
  const { process } = hostOf(item, cluster)
  return effect(
    () => lookAtProcess(cluster, process.name),
    () => {
      process.life!.pause()
      return () => process.life?.resume()
    },
    IN_TIME_US,
  )
}

export function losePower({ process: { name } }: Host, cluster: SimCluster): void {
  cluster.mysql.server(name).losePower(cluster.kernel.streams.stream('power-loss').uniform())
}

function hostOf({ names, step, verb }: Item, cluster: SimCluster): Host {
  const host = cluster.hosts.get(names[0]!)
  if (host === undefined) throw new Error(`line ${step.line}: ${verb} ${names[0]}: it cannot be hurt`)
  return host
}

/** A server that still shuts down is started when it has ended; one that is being rebuilt, by its supervisor. */
function startAgain(cluster: SimCluster, host: Host): void {
  const { name, life } = host.process
  if (cluster.supervisor.rebuilding.has(name)) return
  if (life === null) host.boot()
  else if (life.stopping) cluster.kernel.queue.after(STOPPING_LOOK_US, startSoon, { cluster, host })
}

const STOPPING_LOOK_US = 5_000

function startSoon({ cluster, host }: { readonly cluster: SimCluster; readonly host: Host }): void {
  startAgain(cluster, host)
}
