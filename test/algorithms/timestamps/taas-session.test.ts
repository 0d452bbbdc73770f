import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LimitedCounter } from '../../../algorithms/timestamps/limited-counter.ts'
import { TaasCache, TaasSession } from '../../../algorithms/timestamps/taas-session.ts'
import { compareTimestamps, type Timestamp } from '../../../algorithms/timestamps/timestamp.ts'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { test } from '../../support/test.ts'
import { realTimeFault } from './real-time-law.ts'
import { type Parts, runSchedule, type SessionMachine, SOUND } from './taas-schedule.ts'

/** Every number of servers up to 7 with every quorum. */
const SIZES = Array.from({ length: 7 }, (_, i) => i + 1).flatMap((servers) =>
  Array.from({ length: servers }, (_, j) => ({ servers, quorum: j + 1 })),
)
const RUNS_PER_SIZE = 80
const STEPS = 300
const CHOICES = fc.array(fc.noBias(fc.nat()), { minLength: STEPS, maxLength: STEPS, size: 'max' })

/** The paper's description once more, as naive as can be; `bug` plants one of the faults the law must find. */
class NaiveSession implements SessionMachine {
  readonly #cache: TaasCache
  readonly #quorum: number
  readonly #bug: 'none' | 'largest' | 'unchecked'
  readonly #replies = new Map<number, Timestamp[]>()
  #sent = ''
  result: Timestamp | null = null

  constructor(cache: TaasCache, quorum: number, bug: 'none' | 'largest' | 'unchecked') {
    this.#cache = cache
    this.#quorum = quorum
    this.#bug = bug
  }

  reply(server: number, timestamp: Timestamp): void {
    this.#cache.saw(server, timestamp)
    if (this.result !== null) return
    this.#replies.set(server, [...(this.#replies.get(server) ?? []), timestamp])
    this.#judge()
  }

  asks() {
    this.#judge()
    const candidate = this.#candidate()
    const servers = this.#cache.highest.map((_, server) => server)
    const wanted =
      candidate === null
        ? servers.filter((server) => !this.#replies.has(server))
        : servers.filter((server) => this.#cache.isBelow(server, candidate))
    const sending = JSON.stringify([candidate, wanted])
    if (this.result !== null || sending === this.#sent) return []
    this.#sent = sending
    return wanted.map((server) => ({ server, after: candidate?.counter ?? 0 }))
  }

  repeat(): void {
    this.#sent = ''
  }

  #candidate(): Timestamp | null {
    const least = [...this.#replies.values()].map((replies) => [...replies].sort(compareTimestamps)[0]!)
    least.sort(compareTimestamps)
    if (least.length < this.#quorum) return null
    return this.#bug === 'largest' ? least[least.length - this.#quorum]! : least[this.#quorum - 1]!
  }

  #judge(): void {
    const candidate = this.#candidate()
    if (candidate === null || this.result !== null) return
    const reached = this.#cache.highest.filter((_, server) => !this.#cache.isBelow(server, candidate)).length
    if (this.#bug === 'unchecked' || reached >= this.#cache.highest.length - this.#quorum + 1) this.result = candidate
  }
}

const naive =
  (bug: 'none' | 'largest' | 'unchecked'): Parts['session'] =>
  (cache, quorum) =>
    new NaiveSession(cache, quorum, bug)

test('TaaS, 1 to 7 servers, any quorum: unique and in real-time order under crash, loss, duplication and reordering', () => {
  let sessions = 0
  for (const { servers, quorum } of SIZES)
    fc.assert(
      fc.property(CHOICES, (choices) => {
        const history = runSchedule(servers, quorum, choices, SOUND)
        sessions += history.length
        assert.equal(realTimeFault(history), null)
      }),
      { numRuns: RUNS_PER_SIZE, seed: servers * 10 + quorum },
    )
  // Schedules in which nothing ends would prove nothing.
  assert.ok(sessions > SIZES.length * RUNS_PER_SIZE * 2, `only ${sessions} sessions ended`)
})

test('a second, naive implementation of the session obeys the law too', () => {
  const parts = { ...SOUND, session: naive('none') }
  for (const { servers, quorum } of SIZES) assert.equal(faultAmong(50, servers, quorum, parts), null)
})

const BROKEN: readonly (readonly [string, Parts])[] = [
  ['the candidate is the M-th largest reply', { ...SOUND, session: naive('largest') }],
  ['the candidate is returned without the check of N-M+1 clocks', { ...SOUND, session: naive('unchecked') }],
  ['a server restarts without its durable limit', { ...SOUND, recovered: () => null }],
  ['a late reply counts for a later session', { ...SOUND, lateRepliesCount: true }],
]
const BROKEN_RUNS = 3_000

for (const [bug, parts] of BROKEN)
  test(`the law catches a broken TaaS: ${bug}`, () => {
    assert.notEqual(faultAmong(BROKEN_RUNS, 5, 3, parts), null)
  })

/** The first violation among random schedules; null when there is none. */
function faultAmong(runs: number, servers: number, quorum: number, parts: Parts): string | null {
  const stream = new RandomStreams(servers * 10 + quorum).stream('schedules')
  for (let run = 0; run < runs; run++) {
    const choices = Array.from({ length: STEPS }, () => stream.nextUint32() >>> 1)
    const fault = realTimeFault(runSchedule(servers, quorum, choices, parts))
    if (fault !== null) return fault
  }
  return null
}

/** A session among servers of which some are dead, nothing lost: how many rounds of ticks it takes; null: for ever. */
function rounds(servers: number, quorum: number, isAlive: (server: number) => boolean): number | null {
  const counters = Array.from({ length: servers }, (_, server) => {
    const counter = new LimitedCounter(null, 1_000)
    counter.extended(1_000)
    // Clocks that differ.
    counter.advance((server * 7) % 5)
    return counter
  })
  const session = new TaasSession(new TaasCache(servers), quorum)
  for (let round = 1; round <= 10; round++) {
    session.repeat()
    for (const { server, after } of session.asks())
      if (isAlive(server)) session.reply(server, { counter: counters[server]!.advance(after), server: server + 1 })
    session.asks()
    if (session.result !== null) return round
  }
  return null
}

test('a session ends while max(M, N-M+1) servers answer, and not with fewer: every set of the living', () => {
  for (const { servers, quorum } of SIZES)
    for (let living = 0; living < 2 ** servers; living++) {
      const isAlive = (server: number) => ((living >> server) & 1) === 1
      const alive = Array.from({ length: servers }, (_, server) => server).filter(isAlive).length
      const ended = rounds(servers, quorum, isAlive) !== null
      assert.equal(ended, alive >= Math.max(quorum, servers - quorum + 1), `${alive} of ${servers}, M = ${quorum}`)
    }
})

test('one round of ticks is enough when all answer, two when enough do', () => {
  for (const { servers, quorum } of SIZES) {
    assert.equal(
      rounds(servers, quorum, () => true),
      1,
    )
    const enough = Math.max(quorum, servers - quorum + 1)
    assert.ok(rounds(servers, quorum, (server) => server < enough)! <= 2)
  }
})

test('a late reply tells where a clock is, and changes no result', () => {
  const cache = new TaasCache(3)
  const session = new TaasSession(cache, 2)
  for (const server of [0, 1, 2]) session.reply(server, { counter: 5, server: server + 1 })
  const { result } = session
  assert.deepEqual(result, { counter: 5, server: 2 })
  session.reply(0, { counter: 9, server: 1 })
  assert.equal(session.result, result)
  assert.deepEqual(cache.highest[0], { counter: 9, server: 1 })
})
