/**
 * One Raft server, pure: a message, a tick or a request in; what is to be written, sent and answered out (`Output`).
 * Time is an argument, chance is an argument (`draw`), and everything that outlives a crash goes through `write`.
 *
 * Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014), and Ongaro's thesis: elections
 * with pre-vote (9.6), replication (3.5), leadership transfer (3.10), reads without log entries (6.4). Not here:
 * changes of membership and snapshots. The quorum system is a `QuorumScheme`.
 */
import type { RaftConfig, Role, Step } from './config.ts'
import { Leadership, type LeadingServer, type Proposal } from './leadership.ts'
import { RaftLog } from './log.ts'
import {
  type Append,
  type AppendReply,
  type DurableState,
  type DurableWrite,
  type Entry,
  type Message,
  NOBODY,
  type TimeoutNow,
  type VoteReply,
  type VoteRequest,
} from './message.ts'
import { NewestRound } from './newest-round.ts'
import { Output } from './node-output.ts'
import type { CommitRule, ElectionTally, QuorumScheme } from './quorum-system.ts'
import { isComplete, voteRequests } from './voting.ts'

export class RaftNode implements LeadingServer {
  readonly id: number
  readonly nodes: number
  readonly electionTimeoutUs: number
  readonly heartbeatUs: number
  readonly batchEntries: number
  readonly roundsInFlight: number
  readonly log: RaftLog
  readonly #quorums: QuorumScheme
  readonly #preVote: boolean
  term: number
  votedFor: number
  role: Role = 'follower'
  /** Who leads this term, as far as is known. */
  leader: number = NOBODY
  commitIndex = 0
  output: Output = new Output()
  #leadership: Leadership | null = null
  #votes: ElectionTally | null = null
  #isTransfer = false
  /** The timer of elections runs from here. */
  #quietSinceUs: number
  #timeoutUs: number
  #leaderHeardUs = Number.NEGATIVE_INFINITY
  #writtenTerm: number
  #writtenVote: number
  readonly #newestRound = new NewestRound()

  /** `firstTimeoutUs`: a server that shall lead first is given a short one. */
  constructor(config: RaftConfig, state: DurableState, nowUs: number, firstTimeoutUs: number) {
    this.id = config.id
    this.nodes = config.nodes
    this.electionTimeoutUs = config.electionTimeoutUs
    this.heartbeatUs = config.heartbeatUs
    this.batchEntries = config.batchEntries
    this.roundsInFlight = config.roundsInFlight
    this.#quorums = config.quorums
    this.#preVote = config.preVote
    this.log = new RaftLog(state.log, config.failureThreshold)
    this.term = this.#writtenTerm = state.term
    this.votedFor = this.#writtenVote = state.votedFor
    this.#quietSinceUs = nowUs
    this.#timeoutUs = firstTimeoutUs
  }

  /** When `tick` is due next. It moves: a host that looks again at that time need not follow each change. */
  get nextTickUs(): number {
    return this.#leadership?.nextTickUs ?? this.#quietSinceUs + this.#timeoutUs
  }

  get leadership(): Leadership | null {
    return this.#leadership
  }

  /** After every input: what it led to. */
  take(): Step {
    const { output } = this
    this.output = new Output()
    const changed = this.term !== this.#writtenTerm || this.votedFor !== this.#writtenVote
    this.#writtenTerm = this.term
    this.#writtenVote = this.votedFor
    return { output, write: output.takeWrite(this.term, this.votedFor, changed) }
  }

  /** `draw`: uniform in [0, 1), the next election timeout between once and twice the configured one. */
  tick(nowUs: number, draw: number): void {
    if (nowUs < this.nextTickUs) return
    if (this.#leadership !== null) {
      if (this.#leadership.tick(nowUs) === 'deserted') this.#follow(this.term, NOBODY, 'heard of no quorum', nowUs)
      return
    }
    this.#timeoutUs = Math.floor(this.electionTimeoutUs * (1 + draw))
    this.#quietSinceUs = nowUs
    if (this.#preVote) this.#ask(nowUs)
    else this.#stand('an election timeout', false, nowUs)
  }

  /** Only where this server leads; elsewhere the operations are refused at once. */
  propose(proposals: readonly Proposal[], nowUs: number): void {
    if (this.#leadership !== null) this.#leadership.propose(proposals, nowUs)
    else for (const { op } of proposals) this.output.refusedOps.push(op)
  }

  read(token: number, nowUs: number): void {
    if (this.#leadership !== null) this.#leadership.read(token, nowUs)
    else this.output.refusedReads.push(token)
  }

  changeThreshold(failureThreshold: number, nowUs: number): 'begun' | 'refused' {
    const fits = failureThreshold >= 1 && failureThreshold <= Math.floor((this.nodes - 1) / 2)
    if (this.#leadership === null || !fits || !this.#quorums.takesThreshold) return 'refused'
    return this.#leadership.changeThreshold(failureThreshold, nowUs)
  }

  transferTo(target: number, nowUs: number): void {
    this.#leadership?.transferTo(target, nowUs)
  }

  /** A write of an earlier step is durable. */
  synced(write: DurableWrite, nowUs: number): void {
    if (write.term !== this.term) return
    if (this.#leadership !== null) this.#leadership.synced(write, nowUs)
    else if (this.role === 'candidate' && write.votedFor === this.id) this.#count(this.id, 'granted', nowUs)
  }

  receive(message: Message, nowUs: number): void {
    if (message.term > this.term) {
      if (message.kind === 'vote-request') {
        if (!message.transfer && this.#preVote && this.#followsLivingLeader(nowUs)) return
        if (!message.preVote) this.#follow(message.term, NOBODY, 'a newer term', nowUs)
      } else if (!(message.kind === 'vote-reply' && message.preVote && message.verdict === 'granted'))
        this.#follow(message.term, NOBODY, 'a newer term', nowUs)
    } else if (message.term < this.term) {
      // Its sender is behind: an answer with the newer term ends its reign or its candidacy.
      if (message.kind === 'append') this.#answer(message, 'rejected', message.prevIndex)
      else if (message.kind === 'vote-request') this.#answerVote(message, 'refused')
      return
    }
    switch (message.kind) {
      case 'append':
        this.#appended(message, nowUs)
        break
      case 'append-reply':
        this.#leadership?.replied(message, nowUs)
        break
      case 'vote-request':
        this.#asked(message, nowUs)
        break
      case 'vote-reply':
        this.#answered(message, nowUs)
        break
      case 'timeout-now':
        this.#handedOver(message, nowUs)
        break
    }
  }

  /** Where a test plants a leader that is wrong. */
  protected lead(rule: CommitRule, nowUs: number): Leadership {
    return new Leadership(this, rule, nowUs)
  }

  #followsLivingLeader(nowUs: number): boolean {
    if (this.role === 'leader') return true
    return this.leader !== NOBODY && nowUs - this.#leaderHeardUs < this.electionTimeoutUs
  }

  #follow(term: number, leader: number, reason: string, nowUs: number): void {
    if (this.#leadership !== null) {
      this.#leadership.end()
      this.#leadership = null
      this.output.changes.push({ kind: 'stepped-down', term: this.term, reason })
      this.#quietSinceUs = nowUs
    }
    if (term > this.term) this.votedFor = NOBODY
    this.term = term
    this.role = 'follower'
    this.leader = leader
    this.#votes = null
  }

  /** Pre-vote: would I be elected? Nothing changes by asking. */
  #ask(nowUs: number): void {
    this.role = 'pre-candidate'
    this.leader = NOBODY
    this.#isTransfer = false
    this.#votes = this.#newTally()
    this.#request(this.term + 1, true)
    this.#count(this.id, 'granted', nowUs)
  }

  #stand(reason: string, transfer: boolean, nowUs: number): void {
    this.role = 'candidate'
    this.leader = NOBODY
    this.term++
    this.votedFor = this.id
    this.#quietSinceUs = nowUs
    this.#isTransfer = transfer
    this.#votes = this.#newTally()
    this.output.changes.push({ kind: 'campaign', term: this.term, reason })
    this.#request(this.term, false)
  }

  #newTally(): ElectionTally {
    return this.#quorums.election(this.log.thresholds(this.commitIndex))
  }

  #request(term: number, preVote: boolean): void {
    this.output.messages.push(...voteRequests(this, { term, preVote, transfer: this.#isTransfer }))
  }

  #asked(request: VoteRequest, nowUs: number): void {
    const isFree = request.preVote
      ? request.term > this.term
      : this.votedFor === request.from || (this.votedFor === NOBODY && this.leader === NOBODY)
    const verdict = isFree && isComplete(request, this.log) ? 'granted' : 'refused'
    if (verdict === 'granted' && !request.preVote) {
      this.votedFor = request.from
      this.#quietSinceUs = nowUs
    }
    this.#answerVote(request, verdict)
  }

  /** A granted pre-vote repeats the term that was asked about; everything else tells the voter's own. */
  #answerVote({ from, term, preVote }: VoteRequest, verdict: VoteReply['verdict']): void {
    const told = preVote && verdict === 'granted' ? term : this.term
    this.output.messages.push({ kind: 'vote-reply', from: this.id, to: from, term: told, preVote, verdict })
  }

  #answered(reply: VoteReply, nowUs: number): void {
    const asked = reply.preVote ? 'pre-candidate' : 'candidate'
    const about = reply.preVote && reply.verdict === 'granted' ? this.term + 1 : this.term
    if (this.role === asked && reply.term === about) this.#count(reply.from, reply.verdict, nowUs)
  }

  #count(voter: number, verdict: VoteReply['verdict'], nowUs: number): void {
    switch (this.#votes?.vote(voter, verdict)) {
      case 'won':
        if (this.role === 'pre-candidate') this.#stand('an election timeout', false, nowUs)
        else this.#reign(nowUs)
        break
      case 'lost':
        this.role = 'follower'
        this.#votes = null
    }
  }

  #reign(nowUs: number): void {
    this.role = 'leader'
    this.leader = this.id
    this.#votes = null
    this.output.changes.push({ kind: 'elected', term: this.term, lastIndex: this.log.lastIndex })
    this.#leadership = this.lead(this.#quorums.reign(this.id), nowUs)
    this.#leadership.begin(nowUs)
  }

  #handedOver({ from }: TimeoutNow, nowUs: number): void {
    if (this.role !== 'leader') this.#stand(`handed over by server ${from + 1}`, true, nowUs)
  }

  #appended(message: Append, nowUs: number): void {
    const { from, prevIndex, prevTerm, entries, round } = message
    if (this.role === 'leader') throw new Error(`assertion: servers ${this.id} and ${from} lead in term ${this.term}`)
    this.#follow(this.term, from, '', nowUs)
    this.#quietSinceUs = this.#leaderHeardUs = nowUs
    if (message.weight > 0 && !this.#newestRound.admits(this.term, round)) return
    const { log } = this
    if (log.termAt(prevIndex) !== prevTerm) {
      const hint = prevIndex > log.lastIndex ? log.lastIndex + 1 : log.firstOfTerm(prevIndex)
      this.#answer(message, 'rejected', hint)
      return
    }
    let known = 0
    while (known < entries.length && log.termAt(prevIndex + 1 + known) === entries[known]!.term) known++
    if (known < entries.length) this.#take(prevIndex + 1 + known, known === 0 ? entries : entries.slice(known))
    const heldIndex = prevIndex + entries.length
    this.commitIndex = Math.max(this.commitIndex, Math.min(message.commitIndex, heldIndex))
    this.#answer(message, 'held', heldIndex)
  }

  #take(index: number, entries: readonly Entry[]): void {
    const { log, commitIndex } = this
    if (index <= commitIndex) throw new Error(`assertion: server ${this.id} is to cut committed entry ${index}`)
    if (index <= log.lastIndex) log.truncateFrom(index)
    for (const entry of entries) log.append(entry)
    this.output.writeEntries(index, entries)
  }

  #answer({ from, round }: Append, verdict: AppendReply['verdict'], index: number): void {
    this.output.messages.push({ kind: 'append-reply', from: this.id, to: from, term: this.term, round, verdict, index })
  }
}
