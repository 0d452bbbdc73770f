/** What a fault's step does to a Raft group, what undoes it, and how each is seen. */
import type { FaultStep } from '../../scenarios/faults/step.ts'
import { AT_ONCE, type FaultEffect, partition, roleOf, slowLink } from '../fault-effects.ts'
import type { RaftGroup } from './group.ts'

export function raftEffectsOf(
  step: FaultStep,
  group: RaftGroup,
  resolve: (words: readonly string[]) => string[],
): FaultEffect[] {
  if (step.verb === 'partition') return [partition(step, group, resolve)]
  if (step.verb === 'slow')
    return [step.link === null ? slowServers(step, group, resolve(step.target)) : slowLink(step, step.link, group)]
  return resolve(step.target).map((name) => hurtServer(step, group, name))
}

type Condition = 'running' | 'paused' | 'gone'

function hurtServer(step: FaultStep, group: RaftGroup, name: string): FaultEffect {
  const server = group.servers[group.indexOf(name)]
  if (server === undefined) throw new Error(`line ${step.line}: ${step.verb} ${name}: it cannot be hurt`)
  const { process } = server
  const becomes: Condition = step.verb === 'pause' ? 'paused' : 'gone'
  const condition = (): Condition =>
    process.state === 'down' ? 'gone' : process.state === 'paused' ? 'paused' : 'running'
  return {
    target: [name],
    label: `${step.verb} ${name}${roleOf(step, name)}`,
    look: () => {
      const what = condition()
      if (what === 'gone') return `${name}: no process, connections are refused`
      if (what === 'paused') return `${name}: stopped by a signal, answers nothing`
      return `${name}: ${server.node === null ? 'starts' : `runs, ${server.node.role} in term ${server.node.term}`}`
    },
    idle: () => {
      const what = condition()
      return what === becomes || (becomes === 'paused' && what === 'gone') ? `already ${what}` : null
    },
    act: () => {
      if (step.verb === 'crash') server.crash()
      else if (step.verb === 'stop') server.stop()
      else process.life!.pause()
      return () => {
        if (step.verb === 'pause') process.life?.resume()
        else if (process.life === null) server.boot()
      }
    },
    holds: () => condition() === becomes,
    undone: () => process.life?.running === true && process.life.handler !== null,
    limitUs: 30_000_000,
  }
}

function slowServers(step: FaultStep, group: RaftGroup, target: readonly string[]): FaultEffect {
  const { cpuShare, diskUs } = step
  const amounts = [cpuShare === null ? '' : ` cpu ${cpuShare}`, diskUs === null ? '' : ` disk +${diskUs / 1000} ms`]
  const servers = target.map((name) => group.servers[group.indexOf(name)]!)
  const look = () =>
    servers
      .map(({ process, slowness }) => {
        const share = Math.round(slowness.cpuShare * 100)
        return `${process.name}: ${share} % of a processor, ${slowness.extraSyncUs / 1000} ms more for each fsync`
      })
      .join('; ')
  return {
    ...AT_ONCE,
    target,
    label: `slow ${target.join(', ')}${roleOf(step, target[0])}${amounts.join('')}`,
    look,
    act: () => {
      const undos = servers.map((server) => server.slowDown({ cpuShare: cpuShare ?? 1, extraSyncUs: diskUs ?? 0 }))
      return () => {
        for (const undo of undos) undo()
      }
    },
    holds: (before) => look() !== before,
  }
}
