/**
 * SEER, performance-aware leader election (Sakic, Vizarreta, Kellerer, arXiv 2104.01355), as a state machine that is
 * told what is seen and asked, as often as one likes, whether to move the leader.
 *
 *   observe(now, candidate, features)       any candidate, as often as its features are measured
 *   sample(leader, features, delays)        the leader only: what each client zone waited meanwhile
 *   decide(now, leader, eligible)           stay, or move and why
 *   predict(candidate)                      mean predicted delay on its latest observation, null without a model
 *
 * Feature vectors have any length (here: processor, memory, round trip; a Raft replica: its row of the round-trip
 * matrix). When a candidate's vector changes its length it is another feature space, and what was learnt is dropped.
 *
 * Only a leader yields samples, so a candidate that never led, or is in a state in which it never led, has to be tried:
 * exploration. Every leader change that this proposes, explorations included, comes out of one budget: never two within
 * predictEvery, and never one within predictEvery of any change of the leader, so there are at most
 * 1 / min(predictEvery, noveltyEvery) of them a second.
 */
import { decimals } from '../../wording.ts'
import { DelayModel, type ModelKind } from './delay-model.ts'
import { StateModel } from './novelty.ts'
import { evenly, MAX_FIT_SAMPLES, Rehearsal } from './rehearsal.ts'

export interface SeerOptions {
  readonly model: ModelKind
  /** T_P: the leader's model is fitted anew, predictions are compared; also the shortest term. */
  readonly predictEveryUs: number
  /** T_N: each candidate's latest window is compared with the state it is known in. */
  readonly noveltyEveryUs: number
  /** A move needs a predicted delay smaller by this share of the leader's own, 0 to 1. 0: the paper's. */
  readonly hysteresis: number
}

export type SeerDecision =
  | { readonly kind: 'stay'; readonly reason: string }
  | {
      readonly kind: 'move'
      readonly to: string
      readonly why: 'predicted' | 'explore'
      readonly reason: string
    }

interface Known {
  readonly rehearsal: Rehearsal
  model: DelayModel | null
  state: StateModel | null
  window: (readonly number[])[]
  latest: readonly number[]
}

/** Fewer points say nothing about a state. */
const SMALLEST_WINDOW = 10
/** Fewer samples are no model. */
const SMALLEST_FIT = 5

export class Seer {
  readonly #options: SeerOptions
  readonly #known = new Map<string, Known>()
  /** Candidates in a state in which they were never sampled, in the order found. */
  readonly #unexplored: string[] = []
  #leader: string | null = null
  #leaderSinceUs = 0
  #proposedUs = Number.NEGATIVE_INFINITY
  #predictAtUs: number | null = null
  #noveltyAtUs = 0

  constructor(options: SeerOptions) {
    this.#options = options
  }

  observe(candidate: string, features: readonly number[]): void {
    const known = this.#knownOf(candidate, features)
    known.latest = features
    known.window.push(features)
    if (known.window.length >= 4 * MAX_FIT_SAMPLES) known.window = evenly(known.window, 2 * MAX_FIT_SAMPLES)
  }

  /** `delays`: one for each client zone, always the same zones in the same unit. */
  sample(leader: string, features: readonly number[], delays: readonly number[]): void {
    this.#knownOf(leader, features).rehearsal.add({ features, delays })
  }

  predict(candidate: string): number | null {
    const known = this.#known.get(candidate)
    if (known === undefined || known.model === null) return null
    const delays = known.model.predict(known.latest)
    return delays.reduce((sum, delay) => sum + delay, 0) / delays.length
  }

  /** `eligible`: who could lead now. Between its own times it stays, whatever it is asked. */
  decide(nowUs: number, leader: string, eligible: readonly string[]): SeerDecision {
    const { predictEveryUs, noveltyEveryUs } = this.#options
    if (leader !== this.#leader) {
      this.#leader = leader
      this.#leaderSinceUs = nowUs
    }
    if (this.#predictAtUs === null) {
      this.#predictAtUs = nowUs + predictEveryUs
      this.#noveltyAtUs = nowUs + noveltyEveryUs
    }
    if (nowUs >= this.#noveltyAtUs) {
      this.#noveltyAtUs = nowUs + noveltyEveryUs
      this.#findNovelties()
    }
    if (nowUs < this.#predictAtUs) return stay('not the time to predict')
    // A term just begun is judged when it is a full period old, not at the next beat.
    const dueUs = Math.max(this.#leaderSinceUs + predictEveryUs, this.#proposedUs + predictEveryUs)
    if (nowUs < dueUs) return stay('the term is young')
    this.#predictAtUs = nowUs + predictEveryUs
    this.#refit(leader)
    const decision = this.#explore(leader, eligible) ?? this.#compare(leader, eligible)
    if (decision.kind === 'move') this.#proposedUs = nowUs
    return decision
  }

  #knownOf(candidate: string, features: readonly number[]): Known {
    let known = this.#known.get(candidate)
    if (known === undefined || known.latest.length !== features.length) {
      known = { rehearsal: new Rehearsal(), model: null, state: null, window: [], latest: features }
      this.#known.set(candidate, known)
    }
    return known
  }

  #findNovelties(): void {
    for (const [candidate, known] of this.#known) {
      const window = evenly(known.window, MAX_FIT_SAMPLES)
      if (window.length < SMALLEST_WINDOW) continue
      known.window = []
      if (known.state !== null && !known.state.isNovel(window)) continue
      known.state = new StateModel(window)
      if (!this.#unexplored.includes(candidate)) this.#unexplored.push(candidate)
    }
  }

  #refit(leader: string): void {
    // It leads, and has done so for a whole term: whatever it could show of its state it has shown.
    const index = this.#unexplored.indexOf(leader)
    if (index >= 0) this.#unexplored.splice(index, 1)
    const known = this.#known.get(leader)
    if (known === undefined || known.rehearsal.freshCount < SMALLEST_FIT) return
    known.model = DelayModel.fit(this.#options.model, known.rehearsal.take())
  }

  #explore(leader: string, eligible: readonly string[]): SeerDecision | null {
    const to = this.#unexplored.find((candidate) => candidate !== leader && eligible.includes(candidate))
    if (to === undefined) return null
    // Once: if the move does not come off, only a new state makes it worth another.
    this.#unexplored.splice(this.#unexplored.indexOf(to), 1)
    return { kind: 'move', to, why: 'explore', reason: `${to} is in a state in which it was never seen to lead` }
  }

  #compare(leader: string, eligible: readonly string[]): SeerDecision {
    const own = this.predict(leader)
    if (own === null) return stay(`no model of ${leader} yet`)
    let best: { readonly candidate: string; readonly delay: number } | null = null
    for (const candidate of eligible) {
      const delay = candidate === leader ? null : this.predict(candidate)
      if (delay !== null && (best === null || delay < best.delay)) best = { candidate, delay }
    }
    if (best === null) return stay('no other candidate has a model')
    const figures = `${decimals(best.delay, 2)} under ${best.candidate}, ${decimals(own, 2)} under ${leader}`
    if (best.delay >= own * (1 - this.#options.hysteresis)) return stay(`predicted delay ${figures}`)
    return { kind: 'move', to: best.candidate, why: 'predicted', reason: `predicted delay ${figures}` }
  }
}

function stay(reason: string): SeerDecision {
  return { kind: 'stay', reason }
}
