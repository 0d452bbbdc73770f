/**
 * Take-overs over drawn histories: two epochs, each server with as much of them as it happened to get, the coordinator's
 * knowledge older than that, some servers silent, and an election policy that prefers whom it likes. What was
 * acknowledged is counted here once more from the truth that the coordinator cannot see.
 */
import fc from 'fast-check'
import { rankBy } from '../../../algorithms/election/policy.ts'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import type { LossKind } from '../../../algorithms/failover/loss.ts'
import { type Gtid, type GtidSet, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { QUORUM_POLICIES } from '../../../algorithms/quorum/policies.ts'
import { replica, Servers, SOURCE, uuidOf } from './scripted-servers.ts'

/** Transactions of each of the two epochs. */
export const WRITES = 4
const SETTINGS = { failureThreshold: 1, weightRatio: 'largest' } as const

interface ServerCase {
  readonly answers: boolean
  /** Positions in the history, as fractions of what each can be at most. */
  readonly received: number
  readonly executed: number
  readonly lastSeen: number
  readonly seen: boolean
  readonly applies: boolean
  readonly preference: number
}

const serverCase: fc.Arbitrary<ServerCase> = fc.record({
  answers: fc.integer({ min: 0, max: 3 }).map((draw) => draw > 0),
  received: fc.double({ min: 0, max: 1, noNaN: true }),
  executed: fc.double({ min: 0, max: 1, noNaN: true }),
  lastSeen: fc.double({ min: 0, max: 1, noNaN: true }),
  seen: fc.integer({ min: 0, max: 5 }).map((draw) => draw > 0),
  applies: fc.integer({ min: 0, max: 5 }).map((draw) => draw > 0),
  preference: fc.nat(1_000),
})

export interface Case {
  readonly servers: readonly ServerCase[]
  /** Of epoch 1 and of epoch 2, which is never smaller. */
  readonly k: readonly [number, number]
  /** The replicas that this coordinator asks of its own epoch. */
  readonly policy: 'majority' | 'all' | 'flexible'
  readonly sources: readonly [number, number]
  readonly cause: 'gone' | 'start'
  /** It had everything, and has nothing (rebuilt), or what it had executed. */
  readonly lost: number | null
  readonly lostKind: LossKind
  /** The first source wrote once more than the second epoch began with, and so many replicas, too few, received it. */
  readonly leftOut: number | null
}

export const cases: fc.Arbitrary<Case> = fc.integer({ min: 3, max: 6 }).chain((n) =>
  fc
    .record({
      servers: fc.array(serverCase, { minLength: n, maxLength: n }),
      ks: fc.tuple(fc.integer({ min: 1, max: n - 1 }), fc.integer({ min: 1, max: n - 1 })),
      policy: fc.constantFrom('majority' as const, 'all' as const, 'flexible' as const),
      sources: fc.tuple(fc.nat(n - 1), fc.nat(n - 2)),
      cause: fc.constantFrom('gone' as const, 'start' as const),
      lost: fc.option(fc.nat(n - 1), { freq: 4 }),
      lostKind: fc.constantFrom<LossKind>('rebuilt', 'relay log'),
      leftOut: fc.option(fc.nat(1), { freq: 2 }),
    })
    .map(({ ks, sources: [first, step], ...rest }) => {
      // The first epoch began with what the policy asks for; a threshold may have been raised since.
      const least = QUORUM_POLICIES[rest.policy].make(SETTINGS).replicasRequired(n)
      return {
        ...rest,
        k: [Math.max(least, Math.min(...ks)), Math.max(least, ...ks)] as const,
        sources: [first, (first + 1 + step) % n] as const,
      }
    }),
)

/** Epoch 1 and epoch 2, in the order in which every server gets them. */
function historyOf({ k, sources }: Case): Gtid[] {
  const epochs = [0, 1] as const
  return epochs.flatMap((i) => [
    markerOf({ epoch: i + 1, k: k[i], member: sources[i], base: 0 }),
    ...Array.from({ length: WRITES }, (_, w) => ({ uuid: uuidOf(sources[i]), number: w + 1 })),
  ])
}

/** `prepare`: what else is to happen to the servers. */
export async function takeOver(drawn: Case, prepare: (servers: Servers) => void = () => {}) {
  const history = historyOf(drawn)
  const n = drawn.servers.length
  const upTo = (length: number) => MutableGtidSet.of(...history.slice(0, length))
  const [first, last] = drawn.sources
  // A source has all of its epoch. One that lost data had everything, and has nothing.
  const least = (i: number) => (i === last || i === drawn.lost ? history.length : i === first ? WRITES + 1 : 0)
  const had = drawn.servers.map(({ received }, i) => Math.max(least(i), Math.round(received * history.length)))
  // A relay log is lost without what was executed, and a source has executed what it wrote.
  const kept = (length: number, i: number) =>
    drawn.lostKind === 'rebuilt'
      ? 0
      : Math.max(i === first ? WRITES + 1 : 0, Math.round(drawn.servers[i]!.executed * length))
  const has = had.map((length, i) => (i === drawn.lost && i !== last ? kept(length, i) : length))
  const states = drawn.servers.map(({ executed, applies }, i) => {
    if (i === last) return replica(i, upTo(has[i]!), SOURCE)
    const applied = upTo(i === drawn.lost ? has[i]! : Math.round(executed * has[i]!))
    return replica(i, applied, { retrieved: upTo(has[i]!).minus(applied), applier: applies ? 'running' : 'stopped' })
  })
  for (const i of leftOutBy(drawn, has)) {
    const { executed, retrieved } = states[i]!
    const extra = MutableGtidSet.of(LEFT_OUT(drawn))
    // The first source committed what it wrote.
    if (i === first) states[i] = { ...states[i]!, executed: executed.union(retrieved).union(extra) }
    else states[i] = { ...states[i]!, retrieved: retrieved.union(extra) }
  }
  const servers = new Servers(states.map((state, i) => (drawn.servers[i]!.answers ? state : null)))
  // It may have been promoted since.
  for (const [i, { seen, lastSeen }] of drawn.servers.entries())
    servers.believed.set(
      i,
      seen ? replica(i, upTo(Math.round(lastSeen * has[i]!)), i === last && lastSeen > 0.4 ? SOURCE : {}) : null,
    )
  if (drawn.lost !== null && drawn.lost !== last) servers.lost.set(drawn.lost, drawn.lostKind)
  // An applier that does not run may be one that cannot.
  for (const [i, { applies, preference }] of drawn.servers.entries())
    if (!applies && preference % 2 === 0) servers.stuck.add(i)
  servers.quorum = QUORUM_POLICIES[drawn.policy].make(SETTINGS)
  servers.election = () => ({
    name: 'drawn',
    rank: (candidates) =>
      rankBy(
        candidates,
        ({ member }) => drawn.servers[member]!.preference,
        () => 'drawn',
      ),
  })
  prepare(servers)
  const outcome = await servers.takeOver(drawn.cause)
  return { n, history, had, servers, outcome }
}

export const LEFT_OUT = ({ sources: [first] }: Case): Gtid => ({ uuid: uuidOf(first), number: WRITES + 1 })

/** Those that hold it: nobody of the second epoch, and fewer replicas than the first one acknowledges with. */
function leftOutBy({ leftOut, sources: [first], k, lost }: Case, has: readonly number[]): number[] {
  if (leftOut === null || first === lost || has[first] !== WRITES + 1) return []
  const replicas = has.flatMap((length, i) => (i !== first && i !== lost && length === WRITES + 1 ? [i] : []))
  return [first, ...replicas.slice(0, Math.min(leftOut, k[0] - 1))]
}

/** What may have been answered ok: held by k replicas of its epoch. */
export function acknowledged(drawn: Case, history: readonly Gtid[], had: readonly number[]): GtidSet {
  const set = new MutableGtidSet()
  for (const epoch of [0, 1] as const) {
    const replicas = had.filter((_, i) => i !== drawn.sources[epoch]).sort((a, b) => b - a)
    const held = replicas[drawn.k[epoch] - 1]!
    const from = epoch * (WRITES + 1)
    for (const gtid of history.slice(from, Math.max(from, Math.min(held, from + WRITES + 1)))) set.add(gtid)
  }
  return set
}
