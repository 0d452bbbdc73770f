/**
 * The world of the load generator when the cluster is a Raft group: there is no coordinator, so a call to it is taken up
 * by the client's own library. It asks whom it believes to lead, follows redirects, and tries the next server where
 * nothing can have happened. A write is sent to one leader only: if that one falls silent the outcome is unknown.
 */
import { failed } from '../../algorithms/reasons/outcomes.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import type { Outcome, Requests, Server } from '../../algorithms/servers.ts'
import type { Pending, Waiter } from '../../algorithms/world.ts'
import type { RandomStream } from '../../scenarios/chance/random.ts'
import type { SimProcess } from '../kernel/process.ts'
import { SimWorld } from '../world.ts'
import type { RaftRequest, Redirect } from './client-requests.ts'
import type { RaftGroup } from './group.ts'

/** Between two tries when nobody is known to lead. */
const PAUSE_US = 20_000

const NOBODY_LEADS: Why = { code: 'nobody-leads' }

/** The clients of one zone: one process, one belief about who leads. */
export interface ClientSite {
  readonly process: SimProcess
  /** Its part of the operations, relative to the other sites. */
  readonly weight: number
  leader: number
  /** Of the writes that were acknowledged since somebody last asked. */
  readonly commits: { count: number; sumUs: number }
}

export class ClientWorld extends SimWorld {
  readonly #group: RaftGroup
  readonly #total: number
  readonly #zone: RandomStream

  constructor(group: RaftGroup) {
    super(group.network, null, (event) => group.events.push(event))
    this.#group = group
    this.#total = group.sites.reduce((sum, { weight }) => sum + weight, 0)
    this.#zone = group.kernel.streams.stream('client/zone')
  }

  override call<R extends Requests>(
    _process: string,
    _server: Server<R>,
    request: { readonly kind: string },
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ): Pending {
    return new Operation(this.#group, this.#site(), request as RaftRequest, deadlineUs, waiter)
  }

  /** By site, what acknowledged writes took since the last time this was asked; null: some site had none. */
  takeCommitDelaysMs(): number[] | null {
    const { sites } = this.#group
    if (sites.some(({ commits }) => commits.count === 0)) return null
    return sites.map(({ commits }) => {
      const meanMs = commits.sumUs / commits.count / 1000
      commits.count = commits.sumUs = 0
      return meanMs
    })
  }

  #site(): ClientSite {
    const { sites } = this.#group
    if (sites.length === 1) return sites[0]!
    let rest = this.#zone.uniform() * this.#total
    for (const site of sites) {
      rest -= site.weight
      if (rest < 0) return site
    }
    return sites.at(-1)!
  }
}

/** One operation, over as many tries as it takes. */
class Operation implements Pending, Waiter<Outcome<unknown>> {
  readonly #group: RaftGroup
  readonly #site: ClientSite
  readonly #request: RaftRequest
  readonly #beganUs: number
  readonly #endUs: number
  #waiter: Waiter<Outcome<unknown>> | null
  #asked = 0
  #why: Why = NOBODY_LEADS

  constructor(
    group: RaftGroup,
    site: ClientSite,
    request: RaftRequest,
    deadlineUs: number,
    waiter: Waiter<Outcome<unknown>>,
  ) {
    this.#group = group
    this.#site = site
    this.#request = request
    this.#beganUs = group.kernel.queue.now
    this.#endUs = this.#beganUs + deadlineUs
    this.#waiter = waiter
    this.#try()
  }

  abandon(): void {
    this.#waiter = null
  }

  #try(): void {
    const { network, kernel, servers, settings } = this.#group
    const leftUs = this.#endUs - kernel.queue.now
    if (leftUs <= 0) {
      this.#end(failed(this.#why))
      return
    }
    this.#asked = this.#site.leader
    const server = servers[this.#asked]!.process
    network.call(this.#site.process, server, this.#request, Math.min(leftUs, settings.answerUs), this)
  }

  resume(outcome: Outcome<unknown>): void {
    if (this.#waiter === null) return
    if (outcome.kind === 'ok') {
      const reply = outcome.reply as Redirect | { readonly verdict: 'ok' | 'unknown' }
      if (reply.verdict === 'redirect') this.#redirected(reply)
      else {
        if (reply.verdict === 'ok' && this.#request.kind === 'write') this.#count()
        this.#end(outcome)
      }
      return
    }
    this.#why = outcome.why
    if (outcome.kind === 'unknown' && this.#request.kind === 'write') this.#end(outcome)
    else this.#next()
  }

  #count(): void {
    const { commits } = this.#site
    commits.count++
    commits.sumUs += this.#group.kernel.queue.now - this.#beganUs
  }

  #redirected({ leader }: Redirect): void {
    this.#why = NOBODY_LEADS
    const known = leader === null ? -1 : this.#group.indexOf(leader)
    if (known < 0 || known === this.#asked) this.#next()
    else {
      this.#site.leader = known
      this.#try()
    }
  }

  /** Another of the same site may have found the leader meanwhile; otherwise the next server is asked, after a pause. */
  #next(): void {
    const site = this.#site
    if (site.leader === this.#asked) site.leader = (this.#asked + 1) % this.#group.servers.length
    this.#group.kernel.queue.after(PAUSE_US, Operation.#again, this)
  }

  static #again(this: void, operation: Operation): void {
    if (operation.#waiter !== null) operation.#try()
  }

  /** Never from within the call that began the wait. */
  #end(outcome: Outcome<unknown>): void {
    const waiter = this.#waiter!
    this.#waiter = null
    waiter.resume(outcome)
  }
}
