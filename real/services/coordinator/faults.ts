/**
 * What a person breaks on purpose, and mends again: a server killed, stopped or paused, a service killed. Each with an
 * independent look before, during and after; what is still broken when this service ends in order is mended by it, and
 * one that was killed finds in its log what it had broken.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { CallFailure } from '../http/failures.ts'
import type { OperatorRequests } from '../operator.ts'
import type { FaultRecord, ServiceState } from '../wire.ts'
import type { ClusterState } from './cluster-state.ts'
import type { OperatorClient } from './operator-client.ts'
import type { Records } from './records.ts'

interface Verb {
  readonly does: keyof OperatorRequests & ('killNode' | 'stopNode' | 'pauseNode')
  readonly undo: keyof OperatorRequests & ('startNode' | 'resumeNode')
}

/** On MySQL servers. */
const VERBS: Readonly<Record<string, Verb>> = {
  crash: { does: 'killNode', undo: 'startNode' },
  stop: { does: 'stopNode', undo: 'startNode' },
  pause: { does: 'pauseNode', undo: 'resumeNode' },
}
/** On services: whoever supervises them starts them again, so it mends itself. */
const ON_SERVICES = 'kill'

export const FAULT_VERBS: readonly string[] = [...Object.keys(VERBS), ON_SERVICES]

const SERVICE_BACK_MS = 20_000
const LOOK_EVERY_MS = 500

interface FaultsParts {
  readonly cluster: ClusterState
  readonly operator: OperatorClient
  readonly records: Records
  readonly services: () => Promise<readonly ServiceState[]>
  readonly onChange: (record: FaultRecord) => void
}

interface Wanted {
  readonly verb: string
  readonly target: string
  /** Mended after so long; null: when somebody says so. */
  readonly forSeconds: number | null
}

export class Faults {
  readonly #parts: FaultsParts
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** Being mended, so that nobody does it twice. */
  readonly #healing = new Map<string, Promise<FaultRecord>>()
  #count = 0

  constructor(parts: FaultsParts) {
    this.#parts = parts
  }

  get active(): readonly FaultRecord[] {
    return this.#parts.records.all('fault').filter(({ healedAtMs }) => healedAtMs === null)
  }

  inject({ verb, target, forSeconds }: Wanted): Promise<FaultRecord> {
    if (verb === ON_SERVICES) return this.#killService(target)
    const known = VERBS[verb]
    if (known === undefined)
      throw new CallFailure(400, `there is no fault ${verb}; there are ${FAULT_VERBS.join(', ')}`)
    return this.#onServer(verb, known, target, forSeconds)
  }

  heal(id: string): Promise<FaultRecord> {
    const record = this.#parts.records.find('fault', id)
    if (record === undefined) throw new CallFailure(404, `there is no fault ${id}`)
    if (record.healedAtMs !== null) return Promise.resolve(record)
    let healing = this.#healing.get(id)
    if (healing === undefined) {
      healing = this.#healServer(record).finally(() => this.#healing.delete(id))
      this.#healing.set(id, healing)
    }
    return healing
  }

  async healAll(): Promise<readonly FaultRecord[]> {
    return await Promise.all(this.active.map(({ id }) => this.heal(id)))
  }

  async close(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await Promise.allSettled(this.active.map(({ id }) => this.heal(id)))
  }

  async #onServer(verb: string, { does }: Verb, target: string, forSeconds: number | null): Promise<FaultRecord> {
    const { cluster, operator, onChange } = this.#parts
    const instance = target === 'source' ? cluster.source : cluster.find(target)
    if (instance === undefined) throw new CallFailure(400, `there is no instance ${target}; \`source\` is one of them`)
    if (this.active.some((fault) => fault.target === instance.id))
      throw new CallFailure(409, `${instance.id} is broken already; heal that first`)
    const { node } = instance
    const before = await operator.must({ kind: 'witness', node })
    const id = this.#newId()
    const during = await operator.must({ kind: does, node })
    const record: FaultRecord = {
      ...{ id, verb, target: instance.id, amounts: forSeconds === null ? '' : `for ${forSeconds} s` },
      ...{ startedAtMs: Date.now(), healedAtMs: null },
      witness: { before: before.text, during: during.text, after: null },
    }
    onChange(record)
    if (forSeconds !== null)
      this.#timers.set(
        id,
        setTimeout(() => void this.heal(id).catch(() => {}), forSeconds * 1_000),
      )
    return record
  }

  async #healServer(record: FaultRecord): Promise<FaultRecord> {
    const { cluster, operator, onChange } = this.#parts
    const verb = VERBS[record.verb]
    // A service that an earlier process killed: it is started again by whoever supervises it.
    if (verb === undefined) return await this.#seenAgain(record)
    const { node } = cluster.find(record.target)!
    clearTimeout(this.#timers.get(record.id))
    this.#timers.delete(record.id)
    const after = await operator.must({ kind: verb.undo, node })
    const healed = { ...record, healedAtMs: Date.now(), witness: { ...record.witness, after: after.text } }
    onChange(healed)
    return healed
  }

  async #killService(target: string): Promise<FaultRecord> {
    const { operator, onChange } = this.#parts
    const before = await this.#textOf(target)
    if (before === null || target.startsWith('instance-')) throw new CallFailure(400, `there is no service ${target}`)
    const id = this.#newId()
    const startedAtMs = Date.now()
    const record: FaultRecord = {
      ...{ id, verb: ON_SERVICES, target, amounts: '', startedAtMs, healedAtMs: null },
      witness: { before, during: 'SIGKILL was asked for', after: null },
    }
    // Written down first: it may be this service that dies of it.
    onChange({ ...record, healedAtMs: startedAtMs })
    const { detail, state } = await operator.must({ kind: 'killService', name: target })
    const killed = {
      ...record,
      witness: { ...record.witness, during: `${state}${detail === '' ? '' : `: ${detail}`}` },
    }
    onChange(killed)
    void this.#seenAgain(killed)
    return killed
  }

  async #seenAgain(record: FaultRecord): Promise<FaultRecord> {
    const untilMs = performance.now() + SERVICE_BACK_MS
    let text = 'not seen again'
    while (performance.now() < untilMs) {
      await sleep(LOOK_EVERY_MS)
      text = (await this.#textOf(record.target)) ?? text
      if (text.startsWith('healthy')) break
    }
    const healed = { ...record, healedAtMs: Date.now(), witness: { ...record.witness, after: text } }
    this.#parts.onChange(healed)
    return healed
  }

  async #textOf(id: string): Promise<string | null> {
    const found = (await this.#parts.services()).find((service) => service.id === id)
    return found === undefined ? null : `${found.state}${found.detail === '' ? '' : `: ${found.detail}`}`
  }

  #newId(): string {
    return `fault-${Date.now().toString(36)}-${++this.#count}`
  }
}
