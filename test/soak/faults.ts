/**
 * A fault every 20 s, drawn from a seed, through the coordinator as the dashboard asks for one. Servers are broken from
 * beginning to end; services are killed near the beginning and near the end only, because a process is judged by its
 * longest life, which must be long.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SystemSnapshot } from '../../real/services/wire.ts'
import { type RandomStream, RandomStreams } from '../../scenarios/chance/random.ts'

const FAULT_EVERY_MS = 20_000
/** An orderly stop of a MySQL server takes its time. */
const ANSWER_MS = 60_000
const HEALED_AFTER_MS = 8_000
const HEAL_WITHIN_MS = 90_000
const KILLS_FIRST = 0.15
const KILLS_LAST = 0.9

const ON_SERVERS = [
  ...(['crash source', 'pause replica', 'stop source'] as const),
  ...(['crash replica', 'pause source', 'stop replica'] as const),
]
const SERVICES = ['coordinator', 'timestamp-1', 'timestamp-2', 'timestamp-3', 'metrics', 'cabinet', 'seer']

type Json = Readonly<Record<string, unknown>>

export class FaultPlan {
  readonly #port: number
  readonly #durationMs: number
  readonly #say: (line: string) => void
  readonly #chance: RandomStream
  /** By verb and kind of target, such as `crash source`. */
  readonly injected = new Map<string, number>()
  /** What could not be done, in words. */
  readonly refused: string[] = []

  constructor(port: number, durationMs: number, seed: number, say: (line: string) => void) {
    this.#port = port
    this.#durationMs = durationMs
    this.#say = say
    this.#chance = new RandomStreams(seed).stream('faults')
  }

  /** Until the time is over, or somebody aborts. All are healed then. */
  async run(signal: AbortSignal): Promise<void> {
    const beganMs = performance.now()
    for (let dueMs = FAULT_EVERY_MS; dueMs < this.#durationMs && !signal.aborted; dueMs += FAULT_EVERY_MS) {
      const waitMs = beganMs + dueMs - performance.now()
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      const part = dueMs / this.#durationMs
      const mayKill = part < KILLS_FIRST || part > KILLS_LAST
      try {
        if (mayKill && this.#chance.uniform() < 0.5) await this.#kill(this.#one(SERVICES))
        else await this.#break(this.#one(ON_SERVERS))
      } catch (error) {
        this.refused.push((error as Error).message)
        this.#say(`fault: ${(error as Error).message}`)
      }
    }
  }

  #one<T>(of: readonly T[]): T {
    return of[Math.floor(this.#chance.uniform() * of.length)]!
  }

  async #kill(target: string): Promise<void> {
    // One that kills the coordinator is never answered.
    await this.#ask('/admin/fault', { verb: 'kill', target }).catch(() => {})
    this.#count(`kill ${target}`)
  }

  async #break(what: (typeof ON_SERVERS)[number]): Promise<void> {
    const [verb, kind] = what.split(' ')
    const { topology } = (await this.#ask('/state')).json as unknown as SystemSnapshot
    const replicas = topology.nodes.filter(({ role, healthy }) => role === 'replica' && healthy).map(({ id }) => id)
    const target = kind === 'source' ? 'source' : this.#one(replicas)
    if (target === undefined) throw new Error(`${what}: there is no healthy replica`)
    const { status, json } = await this.#ask('/admin/fault', { verb, target })
    if (status !== 200) throw new Error(`${what}: ${status} ${json?.detail}`)
    this.#count(what)
    await sleep(HEALED_AFTER_MS)
    await this.#heal(json.id as string)
  }

  async #heal(id: string): Promise<void> {
    const untilMs = performance.now() + HEAL_WITHIN_MS
    for (;;) {
      const answer = await this.#ask('/admin/heal', { id }).catch((error: Error) => error)
      if (!(answer instanceof Error) && answer.status === 200) return
      if (performance.now() > untilMs)
        throw new Error(`${id} is not healed: ${answer instanceof Error ? answer.message : answer.json.detail}`)
      await sleep(1_000)
    }
  }

  async #ask(path: string, body?: object): Promise<{ readonly status: number; readonly json: Json }> {
    const signal = AbortSignal.timeout(ANSWER_MS)
    const headers = { 'content-type': 'application/json' }
    const asked = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) }
    const answer = await fetch(`http://127.0.0.1:${this.#port}${path}`, { ...asked, signal })
    return { status: answer.status, json: (await answer.json()) as Json }
  }

  #count(what: string): void {
    this.injected.set(what, (this.injected.get(what) ?? 0) + 1)
    this.#say(`fault: ${what}`)
  }
}
