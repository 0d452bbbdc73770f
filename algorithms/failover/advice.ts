/**
 * Feeds the election policy's adviser, if it has one, and carries out what it proposes: features of every server (what
 * its processor and memory are used for, and its round trip), and the commit delay that STRONG writes see under the
 * source that leads. Features that nobody can measure are left out, and the trace says so.
 */

import { all, call, emit, type Fiber, sleep } from '../effects.ts'
import type { Adviser } from '../election/policy.ts'
import { failed } from '../reasons/outcomes.ts'
import type { Outcome, ReplyOf, SupervisorRequests } from '../servers.ts'
import type { CommitDelays } from './commit-delays.ts'
import type { Member } from './member.ts'
import type { Reign } from './reign.ts'
import type { CoordinatorState } from './state.ts'
import { switchover } from './switchover.ts'

type Usage = ReplyOf<SupervisorRequests, 'usage'>

/** One observation of every server, and one sample of the source's commit delays. */
const WINDOW_US = 100_000
/** After a move no samples are taken for so long: the clients that it held back all come at once, and their wait is no measure of the new source. */
const SETTLE_US = 500_000
/** Processor time is counted in hundredths of a second: smoothed like a round trip. */
const PROCESSOR_GAIN = 1 / 8

interface Watched {
  /** Of the last answer. */
  busyUs: number | null
  askedUs: number
  /** Share of the machine's cores, smoothed; null: not known yet. */
  processor: number | null
}

export function* adviserLoop(coordinator: CoordinatorState, adviser: Adviser, commits: CommitDelays): Fiber<never> {
  const watched = new Map(coordinator.members.map((m): [Member, Watched] => [m, unwatched()]))
  const dropped = new Set<string>()
  for (;;) {
    yield* sleep(WINDOW_US)
    const usages = yield* all(Object.fromEntries(coordinator.members.map((m) => [m.node, askUsage(coordinator, m)])))
    const nowUs = coordinator.process.nowUs
    const { reign } = coordinator
    const delayMs = commits.takeMs()
    for (const member of coordinator.members) {
      const usage = usages[member.node]!
      const features = usage.kind === 'ok' ? featuresOf(member, watched.get(member)!, usage.reply, nowUs) : null
      if (usage.kind === 'ok') yield* sayDropped(usage.reply, dropped)
      if (features === null) continue
      adviser.observe(member.node, features)
      if (reign?.source === member && delayMs !== null && nowUs - reign.startedUs > SETTLE_US)
        adviser.sample(member.node, features, [delayMs])
    }
    if (reign === null || coordinator.move !== null) continue
    const decision = adviser.decide(nowUs, reign.source.node, eligible(coordinator, reign))
    if (decision.kind === 'stay') continue
    yield* switchover(coordinator, { to: decision.to, by: 'adviser', reason: decision.reason })
    commits.takeMs()
  }
}

function unwatched(): Watched {
  return { busyUs: null, askedUs: 0, processor: null }
}

function* askUsage(coordinator: CoordinatorState, { node, probe }: Member): Fiber<Outcome<Usage>> {
  if (probe !== 'answered') return failed({ code: 'silent-server' })
  return yield* call(coordinator.supervisor, { kind: 'usage', node }, WINDOW_US)
}

/**
 * The features of one server, in the adviser's order. Null where its share of processor time is not known yet: that takes two
 * looks, and a restarted server counts from 0 again.
 */
function featuresOf(member: Member, seen: Watched, usage: Usage, nowUs: number): number[] | null {
  const roundTripMs = member.latencyUs / 1000
  const memory = usage.memoryBytes === null ? [] : [usage.memoryBytes / 1e6]
  if (usage.busyUs === null) return [...memory, roundTripMs]
  const before = seen.busyUs
  const elapsedUs = nowUs - seen.askedUs
  seen.busyUs = usage.busyUs
  seen.askedUs = nowUs
  if (before === null || usage.busyUs < before || elapsedUs <= 0) return null
  const share = (usage.busyUs - before) / (elapsedUs * usage.cores)
  seen.processor = seen.processor === null ? share : seen.processor + (share - seen.processor) * PROCESSOR_GAIN
  return [seen.processor, ...memory, roundTripMs]
}

function* sayDropped(usage: Usage, dropped: Set<string>): Fiber<void> {
  for (const [what, value] of [
    ['processor', usage.busyUs],
    ['memory', usage.memoryBytes],
  ] as const) {
    if (value !== null || dropped.has(what)) continue
    dropped.add(what)
    yield* emit({ kind: 'note', text: `nobody can say how much ${what} a server uses here: the adviser goes without` })
  }
}

/** The source, and who could take over from it at once. */
function eligible(coordinator: CoordinatorState, { source }: Reign): string[] {
  return coordinator.members
    .filter((m) => {
      if (m.probe !== 'answered' || m.state === null || m.loss !== null || m.quarantined) return false
      return m === source || (m.state.source === source.node && m.state.applier === 'running')
    })
    .map((m) => m.node)
}
