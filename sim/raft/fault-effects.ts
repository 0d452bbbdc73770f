/** What each verb does to a Raft group. */
import type { Effect, Effects } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { ProcessLook } from '../../scenarios/faults/processes.ts'
import { AT_ONCE_US, effect, IN_TIME_US, type Look } from '../faults/effect.ts'
import { flap, partition, slowLink, troubleLink } from '../faults/link-effects.ts'
import { lookAtSpeed } from '../faults/look.ts'
import type { RaftGroup } from './group.ts'
import type { RaftServer } from './server.ts'

export const RAFT_EFFECTS: Effects<'raft', RaftGroup> = {
  crash: ended((server) => server.crash()),
  stop: ended((server) => server.stop()),
  pause,
  partition,
  flap,
  slow,
  lose: troubleLink('lose'),
}

function ended(end: (server: RaftServer) => void): (item: Item, group: RaftGroup) => Effect<ProcessLook> {
  return (item, group) => {
    const server = serverOf(item, group)
    return effect(
      () => lookAt(server),
      () => {
        end(server)
        return () => {
          if (server.process.life === null) server.boot()
        }
      },
      IN_TIME_US,
    )
  }
}

function pause(item: Item, group: RaftGroup): Effect<ProcessLook> {
  const server = serverOf(item, group)
  return effect(
    () => lookAt(server),
    () => {
      server.process.life!.pause()
      return () => server.process.life?.resume()
    },
    IN_TIME_US,
  )
}

function serverOf({ names, step, verb }: Item, group: RaftGroup): RaftServer {
  const server = group.servers[group.indexOf(names[0]!)]
  if (server === undefined) throw new Error(`line ${step.line}: ${verb} ${names[0]}: it cannot be hurt`)
  return server
}

function lookAt({ process: { name, life }, node }: RaftServer): Look<ProcessLook> {
  if (life === null) return { look: 'gone', text: `${name}: no process, connections are refused`, life }
  if (!life.running) return { look: 'paused', text: `${name}: stopped by a signal, answers nothing`, life }
  const text = `${name}: ${node === null ? 'starts' : `runs, ${node.role} in term ${node.term}`}`
  return { look: life.handler === null ? 'refusing' : 'running', text, life }
}

function slow(item: Item, group: RaftGroup): Effect<'as-it-is'> {
  if (item.step.link !== null) return slowLink(item, group)
  const server = serverOf(item, group)
  const { cpuShare, diskUs } = item.step
  return effect(
    () => ({ look: 'as-it-is', ...lookAtSpeed(item.names[0]!, server.slowness) }),
    () => server.slowDown({ cpuShare: cpuShare ?? 1, extraSyncUs: diskUs ?? 0 }),
    AT_ONCE_US,
  )
}
