/** Processes that are only words, and the faults of a run on them: the real world's schedule without its servers. */
import assert from 'node:assert/strict'
import type { Lasting, Operator } from '../../../real/faults/incidents/operator.ts'
import type { Hurtable } from '../../../real/faults/machine/hurtable.ts'
import { type FaultContext, RunFaults } from '../../../real/faults/run-faults.ts'
import type { FaultTarget, Seen } from '../../../real/faults/targets.ts'
import { linkPlace } from '../../../real/network/link-changes.ts'
import { type LinkState, type RunNetwork, WHOLE } from '../../../real/network/network.ts'
import { RunClock } from '../../../real/processes/run-clock.ts'
import type { ApplierLook } from '../../../scenarios/faults/applier.ts'
import type { ProcessLook } from '../../../scenarios/faults/processes.ts'
import type { FaultStep } from '../../../scenarios/faults/step.ts'
import type { JournalLook } from '../../../scenarios/faults/storage.ts'
import { scenarioOf } from '../../../scenarios/file/load.ts'
import { typicalUs } from '../../../scenarios/link-delays.ts'

export function imagined(name: string): FaultTarget {
  let process: ProcessLook = 'running'
  let isBlocked = false
  let journal: JournalLook = 'there'
  const seen = <Look extends string>(look: Look): Seen<Look> => ({
    look,
    text: `${name} ${look}`,
    seenUs: RunClock.hostUs(),
  })
  const answered = () => (process === 'running' ? 1 : null)
  const become = (next: ProcessLook) => async () => {
    process = next
    if (next === 'gone') isBlocked = false
    return seen(process)
  }
  const applier = (): ApplierLook => {
    if (process === 'gone' || process === 'paused') return process
    return isBlocked ? 'blocked' : 'applying'
  }
  const blocked = (next: boolean) => async () => {
    isBlocked = next
    return seen(applier())
  }
  return {
    name,
    look: async () => seen(process),
    kill: become('gone'),
    shutdown: become('gone'),
    restart: become('running'),
    pause: become('paused'),
    resume: become('running'),
    under: {
      processors: hurtable((isLimited) => ({ isLimited, text: `${name} ${isLimited ? 'limited' : 'free'}` })),
      server: {
        disk: hurtable((isSlow) => ({
          // On a machine so busy that whatever is made durable takes long.
          ...{ writeMs: isSlow ? null : 500, readMs: answered(), isTraced: isSlow },
          text: `${name} ${isSlow ? 'slow' : 'quick'}`,
        })),
        room: hurtable((isFull) => ({ isFull, readMs: answered(), text: `${name} ${isFull ? 'full' : 'has room'}` })),
        connections: hurtable((isRefused) => ({
          ...{ isRefused, isAdministered: answered() !== null },
          text: `${name} ${isRefused ? 'refuses' : 'lets in'}`,
        })),
        relayLog: imaginedRelayLog(),
      },
      clock: hurtable((isWrong) => ({ errorUs: isWrong ? 50_000 : 0, text: `${name} ${isWrong ? 'wrong' : 'right'}` })),
      close() {},
    },
    applier: { look: async () => seen(applier()), block: blocked(true), unblock: blocked(false) },
    operator: imaginedOperator(name),
    journal: {
      look: async () => seen(journal),
      lose: async () => {
        journal = 'gone'
        return seen(journal)
      },
    },
  }
}

/** Of node1 alone anybody can write. */
function imaginedOperator(name: string): Operator {
  const rows = new Set<number>()
  let own = 0
  let [first, last] = [1, 1]
  const lasting = async (): Promise<Lasting> => ({ text: async () => 'under way', end: async () => {} })
  return {
    isReadOnly: async () => name !== 'node1',
    openTransaction: lasting,
    insertRows: lasting,
    alterTable: lasting,
    ownTransactions: async () => own,
    writeErrantly: async () => void own++,
    putRow: async (id) => void rows.add(id),
    takeRow: async (id) => void rows.delete(id),
    hasRow: async (id) => rows.has(id),
    insertRow: async (id) => void rows.add(id),
    binlogs: async () => [first, last],
    purgeBinlogs: async () => void (first = ++last),
    bootWritable: async () => {},
  }
}

function imaginedRelayLog() {
  let files = 0
  return {
    look: async () => ({ files, bytes: files * 500, text: `${files} files` }),
    remove: async () => {
      files = 0
    },
  }
}

/** `sight`: what is seen while somebody hurts it, or nobody. */
function hurtable<Amount, Sight>(sight: (isHurt: boolean) => Sight): Hurtable<Amount, Sight> {
  const by = new Set<object>()
  return {
    look: async () => sight(by.size > 0),
    hurt: async (one) => void by.add(one),
    heal: async (one) => void by.delete(one),
  }
}

/** Links that are as they are told to be. */
function imaginedNetwork(): Pick<RunNetwork, 'isUsed' | 'set' | 'look'> {
  const states = new Map<string, LinkState>()
  const resets = new Map<string, number>()
  return {
    isUsed: () => true,
    set: async (link, state) => {
      if (state.cut === 'reset') resets.set(String(link), (resets.get(String(link)) ?? 0) + 1)
      states.set(String(link), state)
    },
    look: async (link, aspect) => {
      const { cut, delays, bandwidthBytesPerSec, lossRatio, closeDelayUs } = states.get(String(link)) ?? WHOLE
      const amounts = {
        delivery: 0,
        delay: delays.reduce((sum, delay) => sum + typicalUs(delay), 0),
        bandwidth: bandwidthBytesPerSec ?? 1_000_000_000,
        loss: Math.ceil(lossRatio),
        close: closeDelayUs,
        resets: resets.get(String(link)) ?? 0,
      }
      const amount = amounts[aspect]
      const text = `${aspect} ${cut === null ? amount : 'of nothing'}`
      return { delivers: cut === null, amount, text, seenUs: RunClock.hostUs() }
    },
  }
}

export interface Told {
  readonly network?: Pick<RunNetwork, 'isUsed' | 'set' | 'look'>
  readonly source?: FaultContext['source']
  readonly ask?: FaultContext['ask']
  readonly writers?: FaultContext['writers']['look']
}

/** The faults begin now; `source`: node2 unless told otherwise. */
export function schedule(targets: readonly FaultTarget[], steps: readonly FaultStep[], told: Told = {}) {
  const failures: Error[] = []
  const changes: string[] = []
  const network = told.network ?? imaginedNetwork()
  const context: FaultContext = {
    world: 'local',
    ...linkPlace(network, scenarioOf({ name: 'imagined' }, 'imagined')),
    targets: new Map(targets.map((target) => [target.name, target])),
    nodes: ['node1', 'node2', 'node3', 'node4'].map((name) => ({ name, host: '127.0.0.1', port: 1, adminPort: 1 })),
    issuer: () => null,
    source: told.source ?? (() => 'node2'),
    seed: 1,
    ask: told.ask ?? (() => assert.fail('nobody is asked')),
    writers: { look: told.writers ?? (() => assert.fail('nobody is looked at')), close() {} },
    workloadStartUs: RunClock.hostUs(),
    onFailure: (error) => failures.push(error),
    onNote: (text) => changes.push(text),
  }
  const faults = new RunFaults(context, steps)
  return { faults, failures, changes }
}
