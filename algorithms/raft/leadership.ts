/**
 * What a server knows and does while it leads. Clients' writes and reads wait in a queue; a round takes a batch of them,
 * appends it, and goes to every follower. A round is won when its quorum holds everything up to the round's end *and*
 * has answered in this round; that commits its entries, and proves that no newer leader had been elected when the round
 * began, which is what its reads waited for (thesis section 6.4). The first round holds nothing but a no-op: only
 * entries of the own term are ever counted (section 3.6.2), everything older is committed along with them.
 */
import { FollowerProgress } from './follower-progress.ts'
import type { RaftLog } from './log.ts'
import type { Append, AppendReply, DurableWrite, Entry } from './message.ts'
import type { FinishedRound, Output } from './node-output.ts'
import type { CommitRule, CommitTally } from './quorum-system.ts'

export interface Proposal {
  readonly op: number
  readonly key: number
}

/** What a leader needs of the server it runs on. */
export interface LeadingServer {
  readonly id: number
  readonly nodes: number
  readonly term: number
  readonly log: RaftLog
  readonly output: Output
  readonly heartbeatUs: number
  readonly electionTimeoutUs: number
  readonly batchEntries: number
  readonly roundsInFlight: number
  commitIndex: number
}

interface Round {
  readonly id: number
  readonly lastIndex: number
  readonly tally: CommitTally
  readonly reads: readonly number[]
  readonly entries: number
  readonly beganUs: number
  state: 'won' | 'pending'
}

const NO_READS: readonly number[] = []

export class Leadership {
  protected readonly server: LeadingServer
  readonly rule: CommitRule
  readonly #followers: readonly FollowerProgress[]
  readonly #rounds: Round[] = []
  #round = 0
  #proposals: Proposal[] = []
  #reads: number[] = []
  #ownDurable: number
  /** The first index of this reign. */
  readonly #firstIndex: number
  readonly #beganUs: number
  #heartbeatAtUs: number
  #transfer: { readonly target: number; readonly untilUs: number; asked: boolean } | null = null

  constructor(server: LeadingServer, rule: CommitRule, nowUs: number) {
    this.server = server
    this.rule = rule
    const { log } = server
    this.#followers = Array.from({ length: server.nodes }, (_, node) => new FollowerProgress(node, log.lastIndex + 1))
    this.#ownDurable = log.lastIndex
    this.#firstIndex = log.lastIndex + 1
    this.#beganUs = nowUs
    this.#heartbeatAtUs = nowUs + server.heartbeatUs
  }

  begin(nowUs: number): void {
    this.startRound([{ kind: 'noop', term: this.server.term }], NO_READS, nowUs)
  }

  get nextTickUs(): number {
    return this.#heartbeatAtUs
  }

  /** Rounds begun so far. */
  get round(): number {
    return this.#round
  }

  propose(proposals: readonly Proposal[], nowUs: number): void {
    for (const proposal of proposals) this.#proposals.push(proposal)
    this.#startRounds(nowUs)
  }

  read(token: number, nowUs: number): void {
    this.#reads.push(token)
    this.#startRounds(nowUs)
  }

  /** A logged change of the failure threshold, one at a time, and only once this reign has committed something. */
  changeThreshold(failureThreshold: number, nowUs: number): 'begun' | 'refused' {
    const { commitIndex, log, term } = this.server
    if (commitIndex < this.#firstIndex || log.isThresholdChanging(commitIndex)) return 'refused'
    this.startRound([{ kind: 'threshold', term, failureThreshold }], NO_READS, nowUs)
    return 'begun'
  }

  /** Hand over (section 3.10): nothing new begins until the target leads or an election timeout has passed. */
  transferTo(target: number, nowUs: number): void {
    if (target === this.server.id || this.#transfer !== null) return
    this.#transfer = { target, untilUs: nowUs + this.server.electionTimeoutUs, asked: false }
    this.#handOver()
  }

  tick(nowUs: number): 'leads' | 'deserted' {
    const { heartbeatUs, electionTimeoutUs, id } = this.server
    if (nowUs - this.#beganUs > electionTimeoutUs && !this.#hasQuorum(nowUs)) return 'deserted'
    if (this.#transfer !== null && nowUs >= this.#transfer.untilUs) {
      this.#transfer = null
      this.#startRounds(nowUs)
    }
    this.#heartbeatAtUs = nowUs + heartbeatUs
    for (const follower of this.#followers) if (follower.node !== id) this.#send(follower)
    return 'leads'
  }

  replied(reply: AppendReply, nowUs: number): void {
    const follower = this.#followers[reply.from]!
    follower.heardAtUs = nowUs
    if (reply.verdict === 'rejected') {
      if (follower.rejected(reply.index)) this.#send(follower)
      return
    }
    follower.held(reply.index)
    this.#acknowledge(reply.from, follower.matchIndex, reply.round, nowUs)
    if (follower.nextIndex <= this.server.log.lastIndex) this.#send(follower)
    this.#handOver()
  }

  /** This server's own entries are durable, up to the end of the write. */
  synced(write: DurableWrite, nowUs: number): void {
    if (write.entries.length === 0) return
    this.#ownDurable = write.fromIndex + write.entries.length - 1
    this.#acknowledge(this.server.id, this.#ownDurable, this.#round, nowUs)
    this.#handOver()
  }

  /** The reign is over: what was not appended may be tried elsewhere, and so may every read. */
  end(): void {
    const { output } = this.server
    for (const { op } of this.#proposals) output.refusedOps.push(op)
    for (const token of this.#reads) output.refusedReads.push(token)
    for (const { reads } of this.#rounds) for (const token of reads) output.refusedReads.push(token)
  }

  protected startRound(entries: readonly Entry[], reads: readonly number[], nowUs: number): void {
    const { server } = this
    const { log, id } = server
    if (entries.length > 0) server.output.writeEntries(log.lastIndex + 1, entries)
    for (const entry of entries) log.append(entry)
    const round: Round = {
      id: ++this.#round,
      lastIndex: log.lastIndex,
      tally: this.rule.begin(log.thresholds(server.commitIndex)),
      reads,
      entries: entries.length,
      beganUs: nowUs,
      state: 'pending',
    }
    this.#rounds.push(round)
    for (const follower of this.#followers)
      if (follower.node !== id && follower.mode === 'streaming') this.#send(follower)
    if (this.#ownDurable >= round.lastIndex) this.#acknowledge(id, this.#ownDurable, round.id, nowUs)
  }

  #startRounds(nowUs: number): void {
    const { batchEntries, roundsInFlight, term } = this.server
    while (
      this.#transfer === null &&
      this.#rounds.length < roundsInFlight &&
      this.#proposals.length + this.#reads.length > 0
    ) {
      const batch = this.#proposals.length <= batchEntries ? this.#proposals : this.#proposals.slice(0, batchEntries)
      this.#proposals = batch === this.#proposals ? [] : this.#proposals.slice(batchEntries)
      const reads = this.#reads
      this.#reads = []
      const entries = batch.map(({ op, key }): Entry => ({ kind: 'write', term, op, key }))
      this.startRound(entries, reads, nowUs)
    }
  }

  /** `node` holds everything up to `matchIndex`, and answered in `roundId`. */
  #acknowledge(node: number, matchIndex: number, roundId: number, nowUs: number): void {
    let won = 0
    for (let i = 0; i < this.#rounds.length; i++) {
      const round = this.#rounds[i]!
      if (round.id > roundId || round.lastIndex > matchIndex) break
      round.state = round.tally.add(node)
      if (round.state === 'won') won = i + 1
    }
    if (won === 0) return
    // What a later round proves is true of the earlier ones.
    for (const round of this.#rounds.splice(0, won)) this.#finish(round)
    this.#startRounds(nowUs)
  }

  #finish({ id, lastIndex, tally, reads, entries, beganUs, state }: Round): void {
    const { server } = this
    if (lastIndex > server.commitIndex) server.commitIndex = lastIndex
    for (const token of reads) server.output.reads.push(token)
    if (state === 'won') this.rule.settle(tally.repliers)
    const finished: FinishedRound = { round: id, beganUs, repliers: tally.repliers, entries, reads: reads.length }
    server.output.rounds.push(finished)
  }

  #send(follower: FollowerProgress): void {
    const { log, id, term, commitIndex, output, batchEntries } = this.server
    const { nextIndex } = follower
    const entries = this.#batch(nextIndex, batchEntries)
    const message: Append = {
      kind: 'append',
      from: id,
      to: follower.node,
      term,
      prevIndex: nextIndex - 1,
      prevTerm: log.termAt(nextIndex - 1),
      entries,
      commitIndex,
      round: this.#round,
      weight: this.rule.weightOf(follower.node),
    }
    output.messages.push(message)
    follower.sent(entries.length)
  }

  /** Most followers are sent the same entries: one slice for all of them. */
  #shared: { readonly first: number; readonly last: number; readonly entries: readonly Entry[] } | null = null

  #batch(first: number, count: number): readonly Entry[] {
    const last = this.server.log.lastIndex
    const shared = this.#shared
    if (shared !== null && shared.first === first && shared.last === last) return shared.entries
    const entries = this.server.log.slice(first, count)
    this.#shared = { first, last, entries }
    return entries
  }

  #handOver(): void {
    const transfer = this.#transfer
    if (transfer === null || transfer.asked || this.#rounds.length > 0) return
    const { id, term, log, output } = this.server
    if (this.#followers[transfer.target]!.matchIndex < log.lastIndex) return
    transfer.asked = true
    output.messages.push({ kind: 'timeout-now', from: id, to: transfer.target, term })
  }

  /** Were enough followers heard of within an election timeout that a round could be won? */
  #hasQuorum(nowUs: number): boolean {
    const { id, electionTimeoutUs, log, commitIndex } = this.server
    const tally = this.rule.begin(log.thresholds(commitIndex))
    let verdict = tally.add(id)
    for (const { node, heardAtUs } of this.#followers)
      if (node !== id && nowUs - heardAtUs <= electionTimeoutUs) verdict = tally.add(node)
    return verdict === 'won'
  }
}
