/** What faults can hit: MySQL servers (the driver's) and services (ours), behind one set of verbs. */
import type { ApplierLook } from '../../scenarios/faults/applier.ts'
import type { ProcessLook } from '../../scenarios/faults/processes.ts'
import type { JournalLook } from '../../scenarios/faults/storage.ts'
import { type Driver, monotonicUs, type Witness } from '../drivers/driver.ts'
import type { Machine } from '../drivers/machine.ts'
import type { Endpoint } from '../mysql/connection.ts'
import { isTableLocked, TableLock } from '../mysql/table-lock.ts'
import type { Service } from '../processes/service-processes.ts'
import type { Operator } from './incidents/operator.ts'
import { OperatorSession } from './incidents/operator-session.ts'
import type { Under } from './machine/under.ts'

export interface Seen<Look extends string> {
  readonly look: Look
  readonly text: string
  /** CLOCK_MONOTONIC, microseconds. */
  readonly seenUs: number
}

export interface FaultTarget {
  readonly name: string
  look(): Promise<Seen<ProcessLook>>
  kill(): Promise<Seen<ProcessLook>>
  shutdown(): Promise<Seen<ProcessLook>>
  pause(): Promise<Seen<ProcessLook>>
  resume(): Promise<Seen<ProcessLook>>
  /** Of a process that is gone. */
  restart(): Promise<Seen<ProcessLook>>
  /** What lies under it and can be made worse, where somebody takes care of that. */
  readonly under?: Under | undefined
  /** Of MySQL servers: nobody else applies anything. */
  readonly applier?: Applier
  /** Of MySQL servers: somebody with an administrator's account. */
  readonly operator?: Operator
  /** Where it has one of its own. */
  readonly machine?: Machine | undefined
  /** Of services. */
  readonly journal?: { look(): Promise<Seen<JournalLook>>; lose(): Promise<Seen<JournalLook>> }
}

interface Applier {
  /** Never `source`: who reigns is not the server's to say. */
  look(): Promise<Seen<ApplierLook>>
  block(): Promise<Seen<ApplierLook>>
  unblock(): Promise<Seen<ApplierLook>>
}

export function nodeTarget(driver: Driver, name: string, under?: Under): FaultTarget {
  const seen = async (act: Promise<Witness>): Promise<Seen<ProcessLook>> => {
    const { process, alive, text, seenUs } = await act
    const look = process === 'stopped' ? 'paused' : process === 'gone' ? 'gone' : alive ? 'running' : 'refusing'
    return { look, text, seenUs }
  }
  const look = () => undisturbed(under, () => seen(driver.witness(name)))
  return {
    name,
    look,
    kill: () => seen(driver.kill(name)),
    shutdown: () => seen(driver.shutdown(name)),
    pause: () => held(under, () => seen(driver.pause(name))),
    resume: () => freed(under, () => seen(driver.resume(name))),
    restart: () => seen(driver.restart(name)),
    machine: driver.machine?.(name),
    under,
    applier: applierOf(driver, name, look),
    operator: new OperatorSession(
      () => adminEndpointOf(driver, name),
      () => clientEndpointOf(driver, name),
    ),
  }
}

function adminEndpointOf({ nodes, accounts }: Driver, name: string): Endpoint {
  const { host, adminPort } = nodes.find((node) => node.name === name)!
  return { host, port: adminPort, account: accounts.admin }
}

function clientEndpointOf({ nodes, accounts }: Driver, name: string): Endpoint {
  const { host, port } = nodes.find((node) => node.name === name)!
  return { host, port, account: accounts.client }
}

function applierOf(driver: Driver, name: string, lookAtProcess: () => Promise<Seen<ProcessLook>>): Applier {
  let lock: TableLock | null = null
  const endpoint = () => adminEndpointOf(driver, name)
  /** The server itself is asked for the lock, over a connection that has nothing to do with the one that holds it. */
  const look = async (): Promise<Seen<ApplierLook>> => {
    const sight = await lookAtProcess()
    if (sight.look === 'gone' || sight.look === 'paused') return { ...sight, look: sight.look }
    const isBlocked = lock !== null && (await isTableLocked(endpoint(), lock).catch(() => false))
    return isBlocked
      ? { ...sight, look: 'blocked', text: `${sight.text}; its applier stands behind a table lock` }
      : { ...sight, look: 'applying' }
  }
  return {
    look,
    block: async () => {
      lock = await TableLock.take(endpoint())
      return await look()
    },
    unblock: async () => {
      await lock?.release()
      return await look()
    },
  }
}

/** Where its processors are shared out by stopping it, it is not stopped by that while somebody looks or stops it himself. */
async function undisturbed<T>(under: Under | undefined, work: () => Promise<T>): Promise<T> {
  return await held(under, () => freed(under, work))
}

async function held<T>(under: Under | undefined, work: () => Promise<T>): Promise<T> {
  await under?.processors.hold?.()
  return await work()
}

async function freed<T>(under: Under | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await under?.processors.release?.()
  }
}

const SIGNAL_TRIES = 200
const SIGNAL_TRY_MS = 5

export function serviceTarget(service: Service, machine?: Machine, under?: Under): FaultTarget {
  const seen = async (): Promise<Seen<ProcessLook>> => ({
    look: service.condition,
    text: service.description,
    seenUs: monotonicUs(),
  })
  const look = () => undisturbed(under, seen)
  /** A signal takes a moment to show, and what comes next must not overtake it. */
  const settled = async (expected: ProcessLook): Promise<Seen<ProcessLook>> => {
    for (let tries = 0; tries < SIGNAL_TRIES && service.condition !== expected; tries++)
      await new Promise((resolve) => setTimeout(resolve, SIGNAL_TRY_MS))
    return await seen()
  }
  const lookAtJournal = async (): Promise<Seen<JournalLook>> => ({
    look: service.hasJournal ? 'there' : 'gone',
    text: service.hasJournal ? service.description : `${service.description}, its journal is gone`,
    seenUs: monotonicUs(),
  })
  return {
    name: service.name,
    machine,
    under,
    look,
    kill: () => service.kill().then(seen),
    shutdown: () => service.shutdown().then(seen),
    pause: () => held(under, () => service.pause().then(() => settled('paused'))),
    resume: () => freed(under, () => service.resume().then(() => settled('running'))),
    restart: () => service.start().then(seen),
    journal: { look: lookAtJournal, lose: () => service.loseJournal().then(lookAtJournal) },
  }
}
