/**
 * Carries out one client's statements on the servers, each at the level that the client has chosen. The servers do the
 * work on connections of the client's own; when an answer may be seen is the coordinator's to say (`settle`).
 */
import { type GtidSet, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { Consistency } from '../../../algorithms/statements.ts'
import type { NodeAddress } from '../../mysql/target.ts'
import { COMMAND, STATUS } from './capabilities.ts'
import type { ClientLinks } from './client-links.ts'
import { FRONT_ERRORS, type FrontError } from './front-error.ts'
import type { FrontSystem } from './front-system.ts'
import type { HeldAnswer } from './held-answer.ts'
import { EXECUTED, oneValue, waitFor } from './own-statements.ts'
import { commandPacket } from './packets.ts'
import type { Response, Shape } from './response.ts'
import type { Answered, ServerLink } from './server-link.ts'

/** A command of the client's. */
export interface ServerCommand {
  readonly shape: Shape
  /** As this server understands it; null: it cannot be had there. */
  packets(link: ServerLink): Promise<Buffer | null>
}

/** `release`: what is held may be seen. `close`: what was done is unknown, and nobody may take it for failed. */
export type Ending =
  | { readonly kind: 'release'; readonly held: HeldAnswer; readonly link: ServerLink; readonly response: Response }
  | { readonly kind: 'refuse'; readonly error: FrontError; readonly sequence: number }
  | { readonly kind: 'close' }

/** A read changes nothing: where its server dies, the next one is asked. */
const READ_ATTEMPTS = 3

export class StatementRunner {
  readonly #system: FrontSystem
  readonly #links: ClientLinks
  readonly #newAnswer: () => HeldAnswer
  level: Consistency = 'STRONG'
  /** What this connection remembers of the session is nowhere else. */
  boundTo: ServerLink | null = null
  #seen: GtidSet = new MutableGtidSet()
  #transaction: { readonly link: ServerLink; timestamped: boolean } | null = null
  #transactionLost = false
  #leaveGate: (() => void) | null = null
  #autocommit = true

  constructor(system: FrontSystem, links: ClientLinks, newAnswer: () => HeldAnswer) {
    this.#system = system
    this.#links = links
    this.#newAnswer = newAnswer
  }

  get status(): number {
    return (this.#autocommit ? STATUS.AUTOCOMMIT : 0) | (this.inTransaction ? STATUS.IN_TRANSACTION : 0)
  }

  get inTransaction(): boolean {
    return this.#transaction !== null
  }

  /** Everything is the source's: a transaction is open, or would be opened by the next statement. */
  get isOnSource(): boolean {
    return this.inTransaction || this.#transactionLost || !this.#autocommit || this.boundTo !== null
  }

  linkEnded(link: ServerLink): void {
    if (this.#transaction?.link !== link) return
    this.#transactionLost = true
    this.#endTransaction()
  }

  close(): void {
    this.#endTransaction()
  }

  async read(command: ServerCommand): Promise<Ending> {
    let reason = 'no server answers'
    let asksSource = this.level === 'STRONG'
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      const route = await this.#system.route(this.level)
      if (route === null) return this.#refuse(FRONT_ERRORS.notDone('no source reigns'))
      const isReplica = !asksSource && route.reader.name !== route.source.name
      const held = this.#newAnswer()
      const link = await this.#linkTo(isReplica ? route.reader : route.source, isReplica)
      asksSource = true
      if (link === null) continue
      const shown = await this.#shown(command, link, held, isReplica)
      if (shown.kind === 'ended') return shown.ending
      reason = shown.reason
      // Rows that a client has cannot be taken back, and those of another server would not fit them.
      if (held.hasPassedOn) return this.#refuse(FRONT_ERRORS.readNotHeld(reason), held.nextSequence)
    }
    return this.#refuse(FRONT_ERRORS.readNotHeld(reason))
  }

  async #shown(
    command: ServerCommand,
    link: ServerLink,
    held: HeldAnswer,
    isReplica: boolean,
  ): Promise<
    { readonly kind: 'ended'; readonly ending: Ending } | { readonly kind: 'again'; readonly reason: string }
  > {
    const packets = await command.packets(link)
    if (packets === null) return { kind: 'again', reason: `${link.node} did not prepare it` }
    const waits = isReplica && this.level === 'SESSION' && !this.#seen.isEmpty
    const caughtUp = waits ? oneValue(link, waitFor(this.#seen)) : Promise.resolve('0')
    const answer = link.command(packets, command.shape, (packet, isLast, isOk) => held.take(packet, isLast, isOk, link))
    const wantsExecuted = this.level !== 'EVENTUAL'
    const executed = wantsExecuted ? oneValue(link, EXECUTED) : Promise.resolve('')
    const [wait, answered, text] = await Promise.all([caughtUp, answer, executed])
    if (answered.kind === 'lost' || text === null) {
      this.#system.lost(link.node)
      return { kind: 'again', reason: `the connection to ${link.node} was lost` }
    }
    const { response } = answered
    this.#note(link, response)
    const release: Ending = { kind: 'release', held, link, response }
    if (response.refusal !== null) return { kind: 'ended', ending: release }
    if (wait !== '0') return { kind: 'again', reason: `${link.node} has not yet what this session has seen` }
    if (!wantsExecuted) return { kind: 'ended', ending: release }
    const seen = MutableGtidSet.parse(text)
    const settled = await this.#system.settle({ node: link.node, consistency: this.level, gtid: null, executed: seen })
    if (settled.verdict !== 'ok') return { kind: 'again', reason: settled.reason }
    this.#seen = this.#seen.union(seen)
    return { kind: 'ended', ending: release }
  }

  /** A statement that commits by itself. */
  async write(command: ServerCommand): Promise<Ending> {
    const leave = await this.#system.enter()
    try {
      const link = await this.#source()
      if (link === null) return this.#refuse(FRONT_ERRORS.notDone('no source reigns'))
      const stamp = await this.#stamp()
      if (stamp === null) return this.#refuse(FRONT_ERRORS.notDone('no timestamp could be had'))
      return await this.#onSource(command, link, stamp)
    } finally {
      leave()
    }
  }

  /** On the source, where a transaction may be open. `writes`: its rows are to carry a timestamp. */
  async onSource(command: ServerCommand, writes: boolean): Promise<Ending> {
    if (this.#transactionLost) return this.#rolledBack()
    if (this.#transaction === null && this.#leaveGate === null && !this.#autocommit)
      this.#leaveGate = await this.#system.enter()
    const link = this.#transaction?.link ?? (await this.#source())
    if (link === null) return this.#refuse(FRONT_ERRORS.notDone('no source reigns'))
    let stamp = NO_STAMP
    if (writes && this.#transaction?.timestamped !== true) {
      const number = await this.#stamp()
      if (number === null) return this.#refuse(FRONT_ERRORS.notDone('no timestamp could be had'))
      stamp = number
      if (this.#transaction !== null) this.#transaction.timestamped = true
    }
    const ending = await this.#onSource(command, link, stamp)
    // What opens no transaction holds up no planned move.
    if (!this.inTransaction) this.#endTransaction()
    return ending
  }

  async begin(command: ServerCommand): Promise<Ending> {
    this.#transactionLost = false
    this.#leaveGate ??= await this.#system.enter()
    const link = this.#transaction?.link ?? (await this.#source())
    const ending =
      link === null
        ? this.#refuse(FRONT_ERRORS.notDone('no source reigns'))
        : await this.#onSource(command, link, NO_STAMP, true)
    if (!this.inTransaction) this.#endTransaction()
    return ending
  }

  async commit(command: ServerCommand): Promise<Ending> {
    if (this.#transactionLost) return this.#rolledBack()
    const link = this.#transaction?.link ?? (await this.#source())
    if (link === null) return this.#refuse(FRONT_ERRORS.notDone('no source reigns'))
    // The transaction is over with the server's answer, but it is under way until its quorum has it.
    const leave = this.#leaveGate
    this.#leaveGate = null
    try {
      return await this.#onSource(command, link, NO_STAMP, true)
    } finally {
      leave?.()
    }
  }

  /** Null: what there was to roll back is rolled back already. */
  async rollback(command: ServerCommand): Promise<Ending | null> {
    if (!this.#transactionLost) return this.onSource(command, false)
    this.#transactionLost = false
    return null
  }

  async #onSource(command: ServerCommand, link: ServerLink, stamp: Buffer, mayCommit = false): Promise<Ending> {
    const wasInTransaction = this.inTransaction
    const packets = await command.packets(link)
    if (packets === null) return this.#lostBefore(link)
    if (stamp.length > 0) void link.command(stamp, 'result')
    const held = this.#newAnswer()
    const answered: Answered = await link.command(packets, command.shape, (packet, isLast, isOk) =>
      held.take(packet, isLast, isOk, link),
    )
    if (answered.kind === 'lost') {
      this.#system.lost(link.node)
      // Inside a transaction nothing is done before its COMMIT; whatever else was sent may have been done.
      if (wasInTransaction && !mayCommit) return this.#rolledBack(held.hasPassedOn ? held.nextSequence : 1)
      return answered.wasSent ? { kind: 'close' } : this.#lostBefore(link)
    }
    const { response } = answered
    this.#note(link, response)
    const release: Ending = { kind: 'release', held, link, response }
    if (response.refusal !== null || this.level === 'EVENTUAL') return release
    if (response.gtid === null && this.inTransaction) return release
    return (await this.#isHeld(link, response)) ? release : { kind: 'close' }
  }

  async #isHeld(link: ServerLink, { gtid }: Response): Promise<boolean> {
    let executed: GtidSet | null = null
    if (gtid === null) {
      // It changed nothing, and what it saw has to be held like what a read shows.
      const text = await oneValue(link, EXECUTED)
      if (text === null) return false
      executed = MutableGtidSet.parse(text)
    }
    const { verdict } = await this.#system.settle({ node: link.node, consistency: this.level, gtid, executed })
    if (verdict !== 'ok') return false
    if (gtid === null) this.#seen = this.#seen.union(executed!)
    else {
      const seen = this.#seen.clone()
      seen.add(gtid)
      this.#seen = seen
    }
    return true
  }

  /** What the servers say of the session's state, with every answer. */
  #note(link: ServerLink, response: Response): void {
    if (response.refusal !== null) return
    if (response.statement !== null) return
    if (link.isReplica) return
    this.#autocommit = (response.status & STATUS.AUTOCOMMIT) !== 0
    if (response.inTransaction) this.#transaction ??= { link, timestamped: false }
    else if (this.#transaction?.link === link) this.#endTransaction()
  }

  #endTransaction(): void {
    this.#transaction = null
    this.#leaveGate?.()
    this.#leaveGate = null
  }

  async #source(): Promise<ServerLink | null> {
    const route = await this.#system.route(this.level)
    if (route === null) return null
    const link = await this.#linkTo(route.source, false)
    return this.boundTo !== null && link !== this.boundTo ? null : link
  }

  async #linkTo(node: NodeAddress, isReplica: boolean): Promise<ServerLink | null> {
    try {
      return await this.#links.to(node, isReplica)
    } catch {
      this.#system.lost(node.name)
      return null
    }
  }

  /** The command that tells a server the timestamp of the rows that come next. */
  async #stamp(): Promise<Buffer | null> {
    const timestamp = await this.#system.timestamp()
    return timestamp === null ? null : commandPacket(COMMAND.QUERY, `SET @quorumlab_timestamp = ${timestamp}`)
  }

  #lostBefore(link: ServerLink): Ending {
    return this.#refuse(FRONT_ERRORS.notDone(`the connection to ${link.node} was lost`))
  }

  #rolledBack(sequence = 1): Ending {
    this.#transactionLost = false
    return this.#refuse(FRONT_ERRORS.rolledBack('its source is gone'), sequence)
  }

  #refuse(error: FrontError, sequence = 1): Ending {
    return { kind: 'refuse', error, sequence }
  }
}

const NO_STAMP: Buffer = Buffer.alloc(0)
