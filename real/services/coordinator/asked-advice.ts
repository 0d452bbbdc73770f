/**
 * What Cabinet and SEER last said. They are asked at the pace of the coordinator's own probes; an answer that is too old,
 * or none, leaves the choice to the same module here, with what the coordinator sees itself, and the reason is kept.
 * Advice changes who is preferred. What is safe it cannot change: k and all rules are the coordinator's.
 */

import { ELECTION_POLICIES, type ElectionName } from '../../../algorithms/election/policies.ts'
import type { Adviser, Candidate, ElectionFactory } from '../../../algorithms/election/policy.ts'
import type { QuorumPolicy } from '../../../algorithms/quorum/policy.ts'
import type { RankedCandidate } from '../../../algorithms/trace.ts'
import type { SystemConfig } from '../config.ts'
import { instancesOf } from '../instances.ts'
import { rounded } from './level-metrics.ts'

/** An answer is used for so long. */
const FRESH_MS = 1_000
const DEADLINE_MS = 500
/** Who does not answer is asked less often. */
const PAUSE_WHEN_DOWN_MS = 1_000

interface Heard<T> {
  readonly answer: T
  readonly atMs: number
}

interface Opinion<Service extends string> {
  readonly from: Service | 'local'
  readonly ageMs: number
  readonly reason: string | null
}

/** One of the two services. `read`: null where an answer is none that can be used. */
export class AskedAdvice<Service extends 'cabinet' | 'seer', T> {
  readonly #service: Service
  readonly #ask: () => Promise<T | null>
  readonly #everyMs: number
  readonly #onTurn: (text: string) => void
  #heard: Heard<T> | null = null
  /** Why there is no newer answer. */
  #trouble: string | null = 'not asked yet'
  #timer: NodeJS.Timeout | null = null
  #isClosed = false

  constructor(
    service: Service,
    call: { readonly config: SystemConfig; readonly path: string; readonly body: object },
    read: (answer: unknown) => T | null,
    everyMs: number,
    onTurn: (text: string) => void,
  ) {
    this.#service = service
    this.#everyMs = everyMs
    this.#onTurn = onTurn
    const { config, path, body } = call
    this.#ask = async () => {
      const { host, port } = config.services[service]
      const authorization = config.token === null ? {} : { authorization: `Bearer ${config.token}` }
      const response = await fetch(`http://${host}:${port}${path}`, {
        ...{ method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(DEADLINE_MS) },
        headers: { 'content-type': 'application/json', ...authorization },
      })
      const answer: unknown = await response.json()
      if (!response.ok) throw new Error(detailOf(answer) ?? `HTTP ${response.status}`)
      return read(answer)
    }
  }

  begin(): void {
    void this.#look()
  }

  close(): void {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  /** Null: none that is fresh. */
  get fresh(): Heard<T> | null {
    return this.#heard !== null && performance.now() - this.#heard.atMs <= FRESH_MS ? this.#heard : null
  }

  get opinion(): Opinion<Service> {
    const { fresh } = this
    const ageMs = this.#heard === null ? 0 : rounded(performance.now() - this.#heard.atMs)
    if (fresh !== null) return { from: this.#service, ageMs, reason: null }
    const last = this.#heard === null ? '' : `; its last answer is ${(ageMs / 1_000).toFixed(1)} s old`
    return { from: 'local', ageMs: 0, reason: `${this.#service}: ${this.#trouble ?? 'no answer'}${last}` }
  }

  async #look(): Promise<void> {
    const hadTrouble = this.#trouble
    try {
      const answer = await this.#ask()
      this.#trouble = answer === null ? 'its answer is none that can be used' : null
      if (answer !== null) this.#heard = { answer, atMs: performance.now() }
    } catch (error) {
      this.#trouble = troubleText(error as Error)
    }
    if (this.#isClosed) return
    if ((hadTrouble === null) !== (this.#trouble === null))
      this.#onTurn(
        this.#trouble === null
          ? `${this.#service} is heard again`
          : `${this.#service}: ${this.#trouble}; the module in the coordinator decides`,
      )
    this.#timer = setTimeout(() => void this.#look(), this.#trouble === null ? this.#everyMs : PAUSE_WHEN_DOWN_MS)
    this.#timer.unref()
  }
}

function troubleText(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${DEADLINE_MS} ms`
  const { cause } = error as { cause?: NodeJS.ErrnoException }
  return cause?.code === 'ECONNREFUSED' ? 'nothing listens there' : (cause?.code ?? error.message)
}

function detailOf(answer: unknown): string | null {
  const { detail } = (answer ?? {}) as { detail?: unknown }
  return typeof detail === 'string' ? detail : null
}

/** Ids of those that Cabinet would wait for. */
export type CabinetAdvice = readonly string[]

export function readCabinet(answer: unknown): CabinetAdvice | null {
  const { quorum } = (answer ?? {}) as { quorum?: unknown }
  return Array.isArray(quorum) && quorum.every((id) => typeof id === 'string') ? quorum : null
}

/**
 * Cabinet's selection in place of the policy's own, where the policy selects at all: what counts any k replicas, or by
 * weights that the acknowledgements themselves order, goes on doing so.
 */
export function advisedBy(config: SystemConfig, advice: AskedAdvice<'cabinet', CabinetAdvice>) {
  const memberOf = new Map(instancesOf(config.members).map(({ id, member }) => [id, member]))
  return (policy: QuorumPolicy): QuorumPolicy => ({
    ...policy,
    select(replicas, required) {
      const own = policy.select(replicas, required)
      const heard = advice.fresh
      if (own.members === null || heard === null) return own
      const healthy = new Set(replicas.filter((replica) => replica.healthy).map(({ member }) => member))
      const members = heard.answer.flatMap((id) => memberOf.get(id) ?? []).filter((member) => healthy.has(member))
      // Fewer than the epoch asks for, or some that do not answer, would hold writes up for nothing.
      return members.length < Math.max(required, own.needed) ? own : { members, needed: members.length }
    },
  })
}

/** Best first. */
type SeerAdvice = readonly { readonly id: string; readonly score: number; readonly reason: string }[]

export function readSeer(answer: unknown): SeerAdvice | null {
  const { ranking } = (answer ?? {}) as { ranking?: unknown }
  if (!Array.isArray(ranking)) return null
  return ranking.flatMap((ranked: unknown) => {
    const { id, leader_id, replica_id, score, reason } = (ranked ?? {}) as Record<string, unknown>
    const named = [id, replica_id, leader_id].find((name) => typeof name === 'string') as string | undefined
    return named === undefined || typeof score !== 'number' ? [] : [{ id: named, score, reason: String(reason ?? '') }]
  })
}

/**
 * SEER's ranking in place of the policy's own, where it is fresh and says something of everybody who may win. What an
 * adviser proposes is not done here: it goes on learning, but a healthy source of a system that people use is moved when
 * somebody asks for it, and not to find out how another one would do.
 */
export function electedBy(config: SystemConfig, advice: AskedAdvice<'seer', SeerAdvice>): ElectionFactory {
  const name: ElectionName = config.algorithms.election
  const idOf = new Map(instancesOf(config.members).map(({ node, id }) => [node, id]))
  return (setup) => {
    const own = ELECTION_POLICIES[name].make(setup)
    const { adviser } = own
    return {
      ...own,
      ...(adviser === undefined ? {} : { adviser: thatOnlyLearns(adviser) }),
      rank: (candidates) => ranked(candidates, advice, idOf) ?? own.rank(candidates),
    }
  }
}

function thatOnlyLearns(adviser: Adviser): Adviser {
  return {
    observe: (candidate, features) => adviser.observe(candidate, features),
    sample: (leader, features, delays) => adviser.sample(leader, features, delays),
    decide: (nowUs, leader, eligible) => {
      // Its models are fitted when it is asked.
      const { reason } = adviser.decide(nowUs, leader, eligible)
      return { kind: 'stay', reason: `a healthy source is moved on request alone: ${reason}` }
    },
  }
}

function ranked(
  candidates: readonly Candidate[],
  advice: AskedAdvice<'seer', SeerAdvice>,
  idOf: ReadonlyMap<string, string>,
): RankedCandidate[] | null {
  const heard = advice.fresh
  if (heard === null) return null
  const places = new Map(heard.answer.map((one, place) => [one.id, { ...one, place }]))
  const found = candidates.flatMap(({ node, member }) => {
    const one = places.get(idOf.get(node)!)
    return one === undefined ? [] : [{ node, member, ...one }]
  })
  if (found.length < candidates.length) return null
  const age = Math.round(performance.now() - heard.atMs)
  return found
    .sort((a, b) => a.place - b.place || a.member - b.member)
    .map(({ node, score, reason }) => ({ node, score, reason: `${reason} (SEER, ${age} ms ago)` }))
}
