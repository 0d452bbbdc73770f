/** What a fault's step does to the simulated cluster, what undoes it, and how each is seen: one effect per thing hurt. */
import type { FaultStep } from '../scenarios/faults/step.ts'
import type { SimCluster } from './cluster.ts'
import { cut, type Linked, partitionLinks, slowDown, slowLinks, troubleLinks } from './link-faults.ts'
import type { Trouble } from './link-trouble.ts'
import {
  type Condition,
  listens,
  lookAtApplier,
  lookAtClock,
  lookAtDelay,
  lookAtJournal,
  lookAtLinks,
  lookAtProcess,
  lookAtRelayLog,
  lookAtSpeed,
  lookAtTroubles,
} from './look.ts'
import type { Host } from './services.ts'

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
  if (step.verb === 'lose' || step.verb === 'duplicate' || step.verb === 'reorder')
    return [troubleLink(step, step.verb, step.link!, cluster)]
  const names = resolve(step.target)
  if (step.verb === 'lose-relay-logs') return names.map((name) => loseRelayLog(step, cluster, name))
  if (step.verb === 'lose-journal') return names.map((name) => loseJournal(cluster, name))
  if (step.verb === 'block-applier') return names.map((name) => blockApplier(step, cluster, name))
  if (step.verb === 'skew-clock') return names.map((name) => skewClock(step, cluster, name))
  return names.map((name) => hurtProcess(step, cluster, name))
}

function hurtProcess(step: FaultStep, cluster: SimCluster, name: string): FaultEffect {
  const host = cluster.hosts.get(name)
  if (host === undefined) throw new Error(`line ${step.line}: ${step.verb} ${name}: it cannot be hurt`)
  const { process } = host
  const becomes: Condition = step.verb === 'pause' ? 'paused' : 'gone'
  const condition = () => lookAtProcess(cluster, name).condition
  const isIdle = () => condition() === becomes || (becomes === 'paused' && condition() === 'gone')
  // Somebody else may start it again at the moment at which it ends: what was hurt is over all the same.
  let hurt = process.life
  return {
    target: [name],
    label: `${step.verb} ${name}${roleOf(step, name)}`,
    look: () => lookAtProcess(cluster, name).text,
    idle: () => (isIdle() ? `already ${condition()}` : null),
    act: () => {
      hurt = process.life
      if (step.verb === 'crash') host.crash()
      else if (step.verb === 'power-loss') losePower(cluster, name)
      else if (step.verb === 'stop') host.stop()
      else process.life!.pause()
      return () => {
        if (step.verb === 'pause') process.life?.resume()
        else startAgain(cluster, host)
      }
    },
    holds: () => (becomes === 'paused' ? condition() === 'paused' : process.life !== hurt),
    undone: () => listens(cluster, name),
    limitUs: 30_000_000,
  }
}

function losePower(cluster: SimCluster, name: string): void {
  cluster.mysql.server(name).losePower(cluster.kernel.streams.stream('power-loss').uniform())
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
    idle: () => (links.every((link) => !link.look().delivers) ? 'cut off already' : null),
    act: () => cut(links),
    holds: (before) => look() !== before && links.every((link) => !link.look().delivers),
  }
}

export function slowLink(step: FaultStep, link: NonNullable<FaultStep['link']>, cluster: Linked): FaultEffect {
  const links = slowLinks(cluster, link)
  const look = () => lookAtDelay(links)
  return {
    ...AT_ONCE,
    target: [...new Set(links.flatMap(({ from, to }) => [from.name, to.name]))],
    label: `slow ${link.from}->${link.to}`,
    look,
    act: () => slowDown(links, step.delay!),
    holds: (before) => look() !== before,
  }
}

function troubleLink(
  step: FaultStep,
  kind: Trouble['kind'],
  link: NonNullable<FaultStep['link']>,
  cluster: SimCluster,
): FaultEffect {
  const links = slowLinks(cluster, link)
  const look = () => lookAtTroubles(links)
  return {
    ...AT_ONCE,
    target: [...new Set(links.flatMap(({ from, to }) => [from.name, to.name]))],
    label: `${step.verb} ${link.from}->${link.to} ratio ${step.ratio}`,
    look,
    act: () => troubleLinks(links, { kind, ratio: step.ratio! }),
    holds: (before) => look() !== before,
  }
}

function skewClock(step: FaultStep, cluster: SimCluster, name: string): FaultEffect {
  const clock = cluster.clocks.get(name)
  if (clock === undefined) throw new Error(`line ${step.line}: ${step.verb} ${name}: it has no clock of its own`)
  const { byUs, driftPpm } = step.skew!
  const amounts = [byUs === 0 ? '' : ` by ${byUs / 1000} ms`, driftPpm === 0 ? '' : ` drift ${driftPpm} ppm`]
  const look = () => lookAtClock(cluster, name)
  return {
    ...AT_ONCE,
    target: [name],
    label: `skew-clock ${name}${roleOf(step, name)}${amounts.join('')}`,
    look,
    act: () => {
      clock.skew(byUs, driftPpm)
      return () => clock.correct()
    },
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
    // A role that nobody plays now.
    idle: () => (target.length === 0 ? 'there is nobody' : null),
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

function loseRelayLog(step: FaultStep, cluster: SimCluster, name: string): FaultEffect {
  const server = cluster.mysql.server(name)
  const look = () => lookAtRelayLog(server)
  return {
    ...AT_ONCE,
    target: [name],
    label: `lose-relay-logs ${name}${roleOf(step, name)}`,
    look,
    idle: () => {
      if (cluster.supervisor.rebuilding.has(name)) return 'it is being rebuilt'
      return server.data.relayLog.length === 0 ? 'its relay log is empty' : null
    },
    act: () => {
      server.loseRelayLog()
      return () => {}
    },
    holds: (before) => look() !== before,
  }
}

function loseJournal(cluster: SimCluster, name: string): FaultEffect {
  const journal = cluster.journals.get(name)!
  const look = () => lookAtJournal(cluster, name)
  return {
    ...AT_ONCE,
    target: [name],
    label: `lose-journal ${name}`,
    look,
    idle: () => (journal.contents.isLost ? 'its journal is gone already' : null),
    act: () => {
      journal.lose()
      return () => {}
    },
    holds: (before) => look() !== before,
  }
}

/** Ends with the process, like the session that holds the lock. */
function blockApplier(step: FaultStep, cluster: SimCluster, name: string): FaultEffect {
  const server = cluster.mysql.server(name)
  const look = () => lookAtApplier(server)
  const ignore = () => {}
  return {
    ...AT_ONCE,
    target: [name],
    label: `block-applier ${name}${roleOf(step, name)}`,
    look,
    idle: () => {
      if (server.instance === null) return 'it does not run'
      if (name === cluster.source) return 'it is the source and applies nothing'
      return server.instance.applier.isLocked ? 'blocked already' : null
    },
    act: () => {
      const { instance } = server
      instance!.statements.run({ kind: 'lock tables' }, ignore)
      return () => {
        if (server.instance === instance) instance!.statements.run({ kind: 'unlock tables' }, ignore)
      }
    },
    holds: (before) => look() !== before,
  }
}

/** ` (source)`, where the step named a role. */
export function roleOf(step: FaultStep, name: string | undefined): string {
  return name === undefined || step.target.includes(name) ? '' : ` (${step.target.join(', ')})`
}
