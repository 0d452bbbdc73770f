/**
 * A server of the `oracle`: it grants leases to whoever leads, and campaigns for one when nobody does. The promises are
 * `lease-grants.ts`, the leader's own rules are `issuer.ts`; here is who is asked when.
 */
import { call, type Deferred, deferred, emit, type Fiber, fork, race, random, sleep, wait } from '../effects.ts'
import type { FiberProcess } from '../fiber.ts'
import { failed } from '../reasons/outcomes.ts'
import type { GrantReply, Outcome, ReplyOf, RequestOf, TimestampRequests } from '../servers.ts'
import { type RunningTimestampServer, type TimestampServerPlace, UNKNOWN_REQUEST } from './algorithm.ts'
import { Issuer } from './issuer.ts'
import { type GrantRecord, LeaseGrants } from './lease-grants.ts'

/** One peer; its disk included. */
const PEER_TIMEOUT_US = 100_000
const JOURNAL_TIMEOUT_US = 5_000_000
const RETRY_US = 20_000
/** Without a leader: how long until this server tries, and how much longer at most, by chance. */
const CAMPAIGN_US = 20_000
const CAMPAIGN_SPREAD_US = 50_000
/** A lease may be released early: how often to look. */
const LOOK_US = 100_000

type GrantRequest = Extract<RequestOf<TimestampRequests>, { kind: 'survey' | 'acquire' | 'renew' | 'release' | 'save' }>
type IssueReply = ReplyOf<TimestampRequests, 'issue'>

interface Taken {
  readonly number: number
  readonly answer: (outcome: Outcome<IssueReply>) => void
}

export function startOracleServer(process: FiberProcess, place: TimestampServerPlace): RunningTimestampServer {
  return new OracleServer(process, place)
}

class OracleServer implements RunningTimestampServer {
  readonly #process: FiberProcess
  readonly #place: TimestampServerPlace
  readonly #majority: number
  /** Null until the journal is read. */
  #grants: LeaseGrants | null = null
  /** Null: this server does not lead. */
  #issuer: Issuer | null = null
  /** Taken and above the saved bound; ascending. */
  #taken: Taken[] = []
  #hungry: Deferred<true> = deferred()
  /** The highest term that anybody was seen in. */
  #highestTerm = 0

  constructor(process: FiberProcess, place: TimestampServerPlace) {
    this.#process = process
    this.#place = place
    this.#majority = Math.floor(place.servers.length / 2) + 1
    process.spawn('serve', this.#serve())
  }

  handle(request: RequestOf<TimestampRequests>, answer: (outcome: Outcome<unknown>) => void): void {
    switch (request.kind) {
      case 'issue':
        this.#issue(answer)
        return
      case 'survey':
      case 'acquire':
      case 'renew':
      case 'release':
      case 'save':
        this.#process.spawn(request.kind, this.#answer(request, answer))
        return
      default:
        answer(UNKNOWN_REQUEST)
    }
  }

  #issue(answer: Taken['answer']): void {
    const issuer = this.#issuer
    if (issuer === null) {
      this.#elsewhere(answer)
      return
    }
    this.#give(issuer, { number: issuer.take(), answer })
    if (issuer.wanted() !== null) this.#hungry.settle(true)
  }

  /** The clock is read after the number was taken; see issuer.ts. */
  #give(issuer: Issuer, taken: Taken): void {
    if (!issuer.isCovered(taken.number)) this.#taken.push(taken)
    else if (!issuer.holdsLease(this.#process.nowUs)) this.#elsewhere(taken.answer)
    else {
      const timestamp = { counter: taken.number, server: this.#place.index + 1 }
      taken.answer({ kind: 'ok', reply: { kind: 'issued', timestamp } })
    }
  }

  #elsewhere(answer: Taken['answer']): void {
    const holder = this.#grants?.holder(this.#process.nowUs) ?? null
    const leader = holder === this.#place.index ? null : holder
    answer({ kind: 'ok', reply: { kind: 'elsewhere', leader } })
  }

  *#answer(request: GrantRequest, answer: (outcome: Outcome<unknown>) => void): Fiber<void> {
    const reply = yield* this.#promise(request)
    answer(reply === null ? failed({ code: 'nothing-granted' }) : { kind: 'ok', reply })
  }

  /** What this server grants, on disk where it must not be forgotten; null: it cannot say. */
  *#promise(request: GrantRequest): Fiber<GrantReply | null> {
    const grants = this.#grants
    if (grants === null) return null
    const nowUs = this.#process.nowUs
    const reply = grantOf(grants, request, nowUs)
    this.#highestTerm = Math.max(this.#highestTerm, reply.term)
    if (!reply.granted || (request.kind !== 'acquire' && request.kind !== 'save')) return reply
    const { journal } = this.#place
    const outcome = yield* call(journal, { kind: 'append', record: grants.record }, JOURNAL_TIMEOUT_US)
    return outcome.kind === 'ok' ? reply : null
  }

  *#serve(): Fiber<never> {
    const { leaseUs } = this.#place
    const records = yield* this.#readJournal()
    this.#grants = new LeaseGrants(records, this.#process.nowUs, leaseUs)
    this.#highestTerm = this.#grants.term
    for (;;) {
      yield* this.#awaitVacancy(this.#grants)
      const issuer = yield* this.#campaign()
      if (issuer === null) continue
      this.#issuer = issuer
      yield* emit({ kind: 'issuer', node: this.#process.name, term: issuer.term })
      const over = yield* race({ renewing: this.#renewWhileLeading(issuer), saving: this.#saveAhead(issuer) })
      this.#issuer = null
      for (const { answer } of this.#taken.splice(0)) this.#elsewhere(answer)
      yield* emit({ kind: 'note', text: `${this.#process.name} issues no more: ${over.value}` })
    }
  }

  *#readJournal(): Fiber<readonly GrantRecord[]> {
    for (;;) {
      const outcome = yield* call(this.#place.journal, { kind: 'readAll' }, JOURNAL_TIMEOUT_US)
      if (outcome.kind === 'ok') return outcome.reply.records as readonly GrantRecord[]
      yield* sleep(RETRY_US)
    }
  }

  /** Returns when, as far as this server knows, nobody else leads, and some time by chance later. */
  *#awaitVacancy(grants: LeaseGrants): Fiber<void> {
    const { index } = this.#place
    for (;;) {
      yield* sleep(CAMPAIGN_US + Math.floor((yield* random(`campaign-${index}`)) * CAMPAIGN_SPREAD_US))
      for (;;) {
        const nowUs = this.#process.nowUs
        const holder = grants.holder(nowUs)
        if (holder === null || holder === index) return
        const freeInUs = grants.freeInUs(nowUs)
        yield* sleep(Math.min(freeInUs, LOOK_US))
        if (freeInUs <= LOOK_US) break
      }
    }
  }

  *#campaign(): Fiber<Issuer | null> {
    const { index, leaseUs, servers } = this.#place
    if ((yield* this.#askMajority({ kind: 'survey', owner: index })) === null) return null
    // Every server has terms of its own.
    const term = (Math.floor(this.#highestTerm / servers.length) + 1) * servers.length + index
    this.#highestTerm = term
    const askedUs = this.#process.nowUs
    const granted = yield* this.#askMajority({ kind: 'acquire', term, owner: index })
    if (granted !== null) {
      const bound = granted.reduce((highest, reply) => Math.max(highest, reply.bound), 0)
      return new Issuer(term, bound, askedUs, leaseUs)
    }
    for (const server of servers.keys())
      yield* fork('release', this.#askServer(server, { kind: 'release', term }), { daemon: true })
    return null
  }

  /** Returns why it leads no more. */
  *#renewWhileLeading(issuer: Issuer): Fiber<string> {
    const { leaseUs } = this.#place
    for (let pauseUs = leaseUs / 3; ; ) {
      yield* sleep(Math.floor(pauseUs))
      const askedUs = this.#process.nowUs
      if (!issuer.holdsLease(askedUs)) return 'its lease ran out'
      const renewed = yield* this.#askMajority({ kind: 'renew', term: issuer.term })
      if (renewed !== null) issuer.renewed(askedUs)
      // A server in a later term, whoever failed to win it, grants this one nothing: all must be brought into a new one.
      if (this.#highestTerm > issuer.term) return `there is a term ${this.#highestTerm}`
      pauseUs = renewed === null ? leaseUs / 30 : leaseUs / 3
    }
  }

  *#saveAhead(issuer: Issuer): Fiber<never> {
    for (;;) {
      const bound = issuer.wanted()
      if (bound === null) {
        this.#hungry = deferred()
        yield* wait(this.#hungry)
        continue
      }
      if ((yield* this.#askMajority({ kind: 'save', term: issuer.term, bound })) === null) {
        yield* sleep(RETRY_US)
        continue
      }
      issuer.saved(bound)
      const taken = this.#taken
      this.#taken = []
      for (const one of taken) this.#give(issuer, one)
    }
  }

  /** What a majority granted, as soon as it has; null when it cannot be had. */
  *#askMajority(request: GrantRequest): Fiber<readonly GrantReply[] | null> {
    const granted: GrantReply[] = []
    const done = deferred<true>()
    let open = this.#place.servers.length
    const ask = this.#askServer.bind(this)
    const settle = (reply: GrantReply | null) => {
      open--
      if (reply?.granted === true) granted.push(reply)
      if (granted.length >= this.#majority || open === 0) done.settle(true)
    }
    for (const server of this.#place.servers.keys())
      yield* fork(
        `${request.kind}-${server + 1}`,
        (function* () {
          settle(yield* ask(server, request))
        })(),
        { daemon: true },
      )
    yield* wait(done)
    return granted.length >= this.#majority ? [...granted] : null
  }

  *#askServer(server: number, request: GrantRequest): Fiber<GrantReply | null> {
    if (server === this.#place.index) return yield* this.#promise(request)
    const outcome = yield* call(this.#place.servers[server]!, request, PEER_TIMEOUT_US)
    if (outcome.kind !== 'ok') return null
    this.#highestTerm = Math.max(this.#highestTerm, outcome.reply.term)
    return outcome.reply
  }
}

function grantOf(grants: LeaseGrants, request: GrantRequest, nowUs: number): GrantReply {
  switch (request.kind) {
    case 'survey':
      return grants.survey(request.owner, nowUs)
    case 'acquire':
      return grants.acquire(request.term, request.owner, nowUs)
    case 'renew':
      return grants.renew(request.term, nowUs)
    case 'release':
      return grants.release(request.term)
    case 'save':
      return grants.save(request.term, request.bound)
  }
}
