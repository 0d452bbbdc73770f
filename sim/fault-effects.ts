/** What a fault's step does to the simulated cluster, what undoes it, and how each is seen: one effect per thing hurt. */
import type { FaultStep } from '../scenarios/scenario.ts'
import type { SimCluster } from './cluster.ts'
import { cut, type Linked, partitionLinks, slowDown, slowLinks } from './link-faults.ts'
import { type Condition, listens, lookAtLinks, lookAtProcess, lookAtSpeed } from './look.ts'

export interface FaultEffect {
  /** Process names. */
  readonly target: readonly string[]
  /** The line people read, e.g. `crash node1 (source)`. */
  readonly label: string
  /** What the witness sees now. */
  readonly look: () => string
  /** Why there is nothing to hurt, or null. */
  readonly idle: () => string | null
  /** Does it; returns its undo. */
  readonly act: () => () => void
  /** Is it seen to hold? `before`: what was seen before it. */
  readonly holds: (before: string) => boolean
  /** Is its undo seen to hold? */
  readonly undone: () => boolean
  /** How long it may take until it holds. */
  readonly limitUs: number
}

/** `resolve`: roles and names to names. */
export function effectsOf(
  step: FaultStep,
  cluster: SimCluster,
  resolve: (words: readonly string[]) => string[],
): FaultEffect[] {
  if (step.verb === 'partition') return [partition(step, cluster, resolve)]
  if (step.verb === 'slow')
    return [step.link === null ? slowServers(step, cluster, resolve(step.target)) : slowLink(step, step.link, cluster)]
  return resolve(step.target).map((name) => hurtProcess(step, cluster, name))
}

function hurtProcess(step: FaultStep, cluster: SimCluster, name: string): FaultEffect {
  const host = cluster.hosts.get(name)
  if (host === undefined) throw new Error(`line ${step.line}: ${step.verb} ${name}: it cannot be hurt`)
  const { process } = host
  const becomes: Condition = step.verb === 'pause' ? 'paused' : 'gone'
  const condition = () => lookAtProcess(cluster, name).condition
  const isIdle = () => condition() === becomes || (becomes === 'paused' && condition() === 'gone')
  return {
    target: [name],
    label: `${step.verb} ${name}${roleOf(step, name)}`,
    look: () => lookAtProcess(cluster, name).text,
    idle: () => (isIdle() ? `already ${condition()}` : null),
    act: () => {
      if (step.verb === 'crash') host.crash()
      else if (step.verb === 'stop') host.stop()
      else process.life!.pause()
      return () => {
        if (step.verb === 'pause') process.life?.resume()
        // A server that is being rebuilt is started by its supervisor.
        else if (process.life === null && !cluster.supervisor.rebuilding.has(name)) host.boot()
      }
    },
    holds: () => condition() === becomes,
    undone: () => listens(cluster, name),
    limitUs: 30_000_000,
  }
}

/** Links and speeds change at once, and must be seen to have changed. */
export const AT_ONCE = {
  idle: () => null,
  undone: () => true,
  limitUs: 0,
}

export function partition(
  step: FaultStep,
  cluster: Linked,
  resolve: (words: readonly string[]) => string[],
): FaultEffect {
  const isSplit = step.split.length > 0
  const target = isSplit ? step.split.flat() : resolve(step.target)
  const links = partitionLinks(cluster, step, target, resolve(step.except))
  const name = isSplit ? step.split.map((group) => group.join(' ')).join(' | ') : target.join(', ')
  const way = step.direction === 'both' ? '' : ` (${step.direction})`
  const except = step.except.length === 0 ? '' : `, except ${step.except.join(', ')}`
  const look = () => lookAtLinks(links)
  return {
    ...AT_ONCE,
    target,
    label: `partition ${name}${isSplit ? '' : roleOf(step, target[0])}${way}${except}`,
    look,
    act: () => cut(links),
    holds: (before) => look() !== before && links.every((link) => !link.look().delivers),
  }
}

export function slowLink(step: FaultStep, link: NonNullable<FaultStep['link']>, cluster: Linked): FaultEffect {
  const links = slowLinks(cluster, link)
  const look = () => lookAtLinks(links)
  return {
    ...AT_ONCE,
    target: [...new Set(links.flatMap(({ from, to }) => [from.name, to.name]))],
    label: `slow ${link.from}->${link.to}`,
    look,
    act: () => slowDown(links, step.delay!),
    holds: (before) => look() !== before,
  }
}

function slowServers(step: FaultStep, cluster: SimCluster, target: readonly string[]): FaultEffect {
  const { cpuShare, diskUs } = step
  const amounts = [cpuShare === null ? '' : ` cpu ${cpuShare}`, diskUs === null ? '' : ` disk +${diskUs / 1000} ms`]
  const look = () => lookAtSpeed(cluster, target)
  return {
    ...AT_ONCE,
    target,
    label: `slow ${target.join(', ')}${roleOf(step, target[0])}${amounts.join('')}`,
    look,
    act: () => {
      const slowdown = { cpuShare: cpuShare ?? 1, extraSyncUs: diskUs ?? 0 }
      const undos = target.map((name) => cluster.mysql.server(name).slowDown(slowdown))
      return () => {
        for (const undo of undos) undo()
      }
    },
    holds: (before) => look() !== before,
  }
}

/** ` (source)`, where the step named a role. */
export function roleOf(step: FaultStep, name: string | undefined): string {
  return name === undefined || step.target.includes(name) ? '' : ` (${step.target.join(', ')})`
}
