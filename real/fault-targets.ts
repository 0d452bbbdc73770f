/**
 * What faults can hit: MySQL servers (the driver's) and services (ours), behind one set of verbs; and the roles that
 * scenarios name them by, resolved when a step fires.
 */
import { connect } from 'node:net'
import { namesOf, type RoleField, replicasUp } from '../scenarios/faults/roles.ts'
import type { RandomStreams } from '../scenarios/random.ts'
import type { Driver } from './drivers/driver.ts'
import { monotonicUs } from './drivers/driver.ts'
import { isTableLocked, TableLock } from './mysql/table-lock.ts'
import type { NodeAddress } from './mysql/target.ts'
import type { Service } from './services.ts'

export interface Sight {
  /** `blocked`: it runs, and what it receives is not applied. `unjournalled`: running or not, its journal is gone. */
  readonly condition: 'running' | 'paused' | 'gone' | 'blocked' | 'unjournalled'
  /** Of services. */
  readonly journal?: 'there' | 'gone'
  readonly text: string
  /** CLOCK_MONOTONIC, microseconds. */
  readonly seenUs: number
}

export interface FaultTarget {
  readonly name: string
  kill(): Promise<Sight>
  shutdown(): Promise<Sight>
  pause(): Promise<Sight>
  resume(): Promise<Sight>
  restart(): Promise<Sight>
  /** Only MySQL servers apply anything. */
  blockApplier?(): Promise<Sight>
  unblockApplier?(): Promise<Sight>
  /** Only coordinators are told to. */
  loseJournal?(): Promise<Sight>
  look(): Promise<Sight>
}

export function nodeTarget(driver: Driver, name: string): FaultTarget {
  const seen = async (act: Promise<Awaited<ReturnType<Driver['witness']>>>): Promise<Sight> => {
    const { process, text, seenUs } = await act
    return { condition: process === 'stopped' ? 'paused' : process, text, seenUs }
  }
  let lock: TableLock | null = null
  const endpoint = () => {
    const { host, adminPort } = driver.nodes.find((node) => node.name === name)!
    return { host, port: adminPort, account: driver.accounts.admin }
  }
  /** The server itself is asked for the lock, over a connection that has nothing to do with the one that holds it. */
  const look = async (): Promise<Sight> => {
    const sight = await seen(driver.witness(name))
    if (lock === null || sight.condition !== 'running') return sight
    const blocked = await isTableLocked(endpoint()).catch(() => false)
    return blocked
      ? { ...sight, condition: 'blocked', text: `${sight.text}; its applier stands behind a table lock` }
      : sight
  }
  return {
    name,
    blockApplier: async () => {
      lock = await TableLock.take(endpoint())
      return await look()
    },
    unblockApplier: async () => {
      await lock?.release()
      const sight = await look()
      lock = null
      return sight
    },
    kill: () => seen(driver.kill(name)),
    shutdown: () => seen(driver.shutdown(name)),
    pause: () => seen(driver.pause(name)),
    resume: () => seen(driver.resume(name)),
    restart: () => seen(driver.restart(name)),
    look,
  }
}

export function serviceTarget(service: Service): FaultTarget {
  const look = async (): Promise<Sight> => ({
    condition: service.condition,
    text: service.hasJournal ? service.description : `${service.description}, its journal is gone`,
    seenUs: monotonicUs(),
    journal: service.hasJournal ? 'there' : 'gone',
  })
  /** Signals take a moment to show. */
  const settled = async (condition: Sight['condition']): Promise<Sight> => {
    for (let tries = 0; tries < 200 && service.condition !== condition; tries++)
      await new Promise((resolve) => setTimeout(resolve, 5))
    return await look()
  }
  return {
    name: service.name,
    kill: () => service.kill().then(look),
    shutdown: () => service.shutdown().then(look),
    pause: () => {
      service.pause()
      return settled('paused')
    },
    resume: () => {
      service.resume()
      return settled('running')
    },
    restart: () => service.start().then(look),
    loseJournal: async () => {
      await service.loseJournal()
      const sight = await look()
      return sight.journal === 'gone' ? { ...sight, condition: 'unjournalled' } : sight
    },
    look,
  }
}

export interface RoleContext {
  readonly nodes: readonly NodeAddress[]
  /** The last source a reign named; null before the first. */
  readonly source: () => string | null
  /** The timestamp server that issues; null: none does, or its algorithm knows no such thing. */
  readonly issuer: () => string | null
  /** Processes that the harness has taken down and not brought back, in that order. */
  readonly down: () => readonly string[]
  readonly streams: RandomStreams
}

/** The processes a step's words mean now. */
export async function resolveTargets(words: readonly string[], context: RoleContext): Promise<string[]> {
  const nodes = context.nodes.map(({ name }) => name)
  const source = context.source() ?? nodes[0]!
  const names = new Set<string>()
  for (const word of words) {
    const field: RoleField = { nodes, source, down: context.down(), streams: context.streams }
    for (const name of await namesIn(word, field, context)) names.add(name)
  }
  return [...names]
}

async function namesIn(word: string, field: RoleField, context: RoleContext): Promise<readonly string[]> {
  if (word === 'issuer') return [context.issuer()].filter((name) => name !== null)
  if (word !== 'fastest') return namesOf(word, field)
  const replicas = replicasUp(field)
  return [await fastest(context.nodes.filter(({ name }) => replicas.includes(name)))]
}

/** By the time to MySQL's greeting, the best of three looks each: independent of what the coordinator thinks. */
async function fastest(nodes: readonly NodeAddress[]): Promise<string> {
  let best = { name: nodes[0]?.name ?? '', ms: Number.POSITIVE_INFINITY }
  for (let round = 0; round < 3; round++)
    for (const node of nodes) {
      const ms = await greetingMs(node)
      if (ms < best.ms) best = { name: node.name, ms }
    }
  return best.name
}

const GREETING_DEADLINE_MS = 250

function greetingMs(node: NodeAddress): Promise<number> {
  const startMs = performance.now()
  return new Promise((resolve) => {
    const socket = connect(node.port, node.host)
    const end = (ms: number) => {
      socket.destroy()
      resolve(ms)
    }
    socket.setTimeout(GREETING_DEADLINE_MS, () => end(Number.POSITIVE_INFINITY))
    socket.once('error', () => end(Number.POSITIVE_INFINITY))
    socket.once('data', () => end(performance.now() - startMs))
  })
}
