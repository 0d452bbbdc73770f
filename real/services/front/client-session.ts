/**
 * One client of the front, from its greeting to its end: its commands one after another, each passed on to the server
 * that may answer it.
 *
 * What becomes of a client when servers do: what was certainly not done is answered with an error that says so and may
 * be sent again; of what may have been done nobody can say so, and the connection ends, which is what a client sees of
 * any MySQL server that dies under a COMMIT.
 */
import type { Socket } from 'node:net'
import { newNonce } from './caching-sha2.ts'
import { CLIENT, COMMAND } from './capabilities.ts'
import { ClientLinks } from './client-links.ts'
import { errorPacket, FRONT_ERRORS, type FrontError } from './front-error.ts'
import type { FrontSystem } from './front-system.ts'
import { HeldAnswer } from './held-answer.ts'
import {
  askForPlugin,
  fastSuccess,
  greeting,
  type Introduction,
  judge,
  okPacket,
  readChangeOfUser,
  readIntroduction,
} from './login.ts'
import { commandPacket, isContinued, PacketReader, payloadOf } from './packets.ts'
import { PreparedCommands } from './prepared-commands.ts'
import { SessionSettings } from './session-settings.ts'
import { type Plan, planOf } from './statement-plan.ts'
import { type Ending, type ServerCommand, StatementRunner } from './statement-runner.ts'

const LARGEST_COMMAND = 64 * 1024 * 1024
/** A client that has not proved itself by then is cut off. */
const LOGIN_DEADLINE_MS = 10_000

export class ClientSession {
  readonly #system: FrontSystem
  readonly #socket: Socket
  readonly #reader = new PacketReader()
  #nonce: Buffer
  #introduction: Introduction | null = null
  #isIn = false
  #settings = new SessionSettings()
  #links: ClientLinks | null = null
  #runner: StatementRunner | null = null
  #prepared = new PreparedCommands()
  /** Pieces of a command whose last packet has not arrived. */
  #pieces: Buffer[] = []
  #size = 0
  /** Commands in the order they came; a client need not wait for one answer to send the next. */
  #last: Promise<void> = Promise.resolve()

  constructor(system: FrontSystem, socket: Socket, connectionId: number) {
    this.#system = system
    this.#socket = socket
    const { packet, nonce } = greeting(connectionId, system.version)
    this.#nonce = nonce
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => this.#reader.feed(chunk, (bytes) => this.#take(bytes)))
    socket.once('close', () => this.#ended())
    const timer = setTimeout(() => this.#isIn || socket.destroy(), LOGIN_DEADLINE_MS)
    socket.once('close', () => clearTimeout(timer))
    socket.write(packet)
  }

  sourceIs(node: string): void {
    this.#links?.sourceIs(node)
  }

  #take(bytes: Buffer): void {
    if (!this.#isIn) {
      this.#login(bytes)
      return
    }
    this.#size += bytes.length
    if (this.#size > LARGEST_COMMAND) {
      this.#socket.end(errorPacket(1, FRONT_ERRORS.tooLarge(LARGEST_COMMAND)))
      return
    }
    this.#pieces.push(bytes)
    if (isContinued(bytes)) return
    const command = this.#pieces.length === 1 ? bytes : Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#size = 0
    this.#last = this.#last.then(() => this.#perform(command)).catch((error: unknown) => this.#failed(error))
  }

  #login(bytes: Buffer): void {
    const next = (bytes[3]! + 1) & 0xff
    // After a request for the other plugin comes the bare proof.
    const said =
      this.#introduction === null
        ? readIntroduction(bytes)
        : { ...this.#introduction, plugin: '', proof: payloadOf(bytes) }
    if (said === null) {
      this.#socket.end(errorPacket(next, FRONT_ERRORS.malformed()))
      return
    }
    const isFirst = this.#introduction === null
    this.#introduction = said
    const verdict = judge(said, this.#system.account, this.#nonce)
    if (verdict === 'ask' && isFirst) {
      this.#nonce = newNonce()
      this.#socket.write(askForPlugin(next, this.#nonce))
    } else if (verdict !== 'in') this.#socket.end(errorPacket(next, FRONT_ERRORS.accessDenied(said.user)))
    else {
      this.#begin(said)
      this.#isIn = true
      this.#socket.write(Buffer.concat([fastSuccess(next), okPacket((next + 1) & 0xff, this.#runner!.status)]))
    }
  }

  /** A session as it is after a login, a change of user, or a reset. */
  #begin(introduction: Introduction): void {
    const before = this.#links
    this.#links = null
    before?.close()
    this.#runner?.close()
    this.#prepared = new PreparedCommands()
    this.#settings = new SessionSettings()
    if (introduction.database !== '') this.#settings.remember('database', `USE ${quoted(introduction.database)}`)
    const links: ClientLinks = new ClientLinks(introduction, this.#system.account, this.#settings, (link) => {
      if (this.#links !== links) return
      this.#runner?.linkEnded(link)
      if (this.#runner?.boundTo === link) this.#socket.destroy()
    })
    this.#links = links
    const knowsTracking = (introduction.capabilities & CLIENT.SESSION_TRACK) !== 0
    this.#runner = new StatementRunner(this.#system, links, () => new HeldAnswer(this.#socket, knowsTracking))
  }

  async #perform(command: Buffer): Promise<void> {
    if (this.#socket.destroyed) return
    const payload = payloadOf(command)
    switch (payload[0]) {
      case COMMAND.QUIT:
        this.#socket.end()
        return
      case COMMAND.PING:
        this.#ok()
        return
      case COMMAND.INIT_DB:
        return this.#query(`USE ${quoted(payload.toString('utf8', 1))}`)
      case COMMAND.QUERY:
        return this.#query(payload.toString('utf8', 1), command)
      case COMMAND.STMT_PREPARE:
        return this.#prepare(payload.toString('utf8', 1), command)
      case COMMAND.STMT_EXECUTE:
        return this.#execute(command)
      case COMMAND.STMT_SEND_LONG_DATA:
        this.#prepared.longData(command)
        return
      case COMMAND.STMT_CLOSE:
        this.#prepared.close(command, this.#links!.all)
        return
      case COMMAND.STMT_RESET:
        if (this.#prepared.reset(command)) this.#ok()
        else this.#refuse(FRONT_ERRORS.unknownStatement(this.#prepared.idIn(command)))
        return
      case COMMAND.STATISTICS:
        return this.#end(await this.#runner!.onSource(asIs(command, 'single'), false))
      case COMMAND.RESET_CONNECTION:
        this.#begin({ ...this.#introduction!, database: '' })
        this.#ok()
        return
      case COMMAND.CHANGE_USER:
        this.#changeUser(command)
        return
      default:
        this.#refuse(FRONT_ERRORS.unknownCommand(payload[0] ?? 0))
    }
  }

  #changeUser(command: Buffer): void {
    const said = readChangeOfUser(command, this.#introduction!)
    // The proof in the command is for the greeting's nonce; clients of today expect to be asked anew.
    this.#introduction = said
    this.#isIn = false
    this.#nonce = newNonce()
    this.#socket.write(askForPlugin(1, this.#nonce))
  }

  async #query(text: string, command = commandPacket(COMMAND.QUERY, text)): Promise<void> {
    const plan = planOf(text, await this.#system.classify(text, false))
    await this.#carryOut(plan, text, asIs(command, 'result'))
  }

  async #prepare(text: string, command: Buffer): Promise<void> {
    const plan = planOf(text, await this.#system.classify(text, true))
    if (plan.kind === 'refused' || plan.kind === 'level') {
      this.#refuse(plan.kind === 'level' ? FRONT_ERRORS.notSafe('the level is set by a text statement') : plan.error)
      return
    }
    const ending = await this.#runner!.onSource(asIs(command, 'prepared'), false)
    if (ending.kind === 'release' && ending.response.statement !== null)
      this.#prepared.add(text, plan, ending.response.statement, ending.link, ending.held)
    this.#end(ending)
  }

  async #execute(command: Buffer): Promise<void> {
    const execution = this.#prepared.execution(command)
    if (execution === null) this.#refuse(FRONT_ERRORS.unknownStatement(this.#prepared.idIn(command)))
    else await this.#carryOut(execution.plan, execution.text, execution)
  }

  async #carryOut(plan: Plan, text: string, command: ServerCommand): Promise<void> {
    const runner = this.#runner!
    switch (plan.kind) {
      case 'refused':
        this.#refuse(plan.error)
        return
      case 'level':
        runner.level = plan.level
        this.#settings.remember('@quorumlab_consistency', `SET @quorumlab_consistency = '${plan.level}'`)
        this.#ok()
        return
      case 'read':
        this.#end(await (runner.isOnSource ? runner.onSource(command, false) : runner.read(command)))
        return
      case 'write':
        this.#end(await (runner.isOnSource ? runner.onSource(command, true) : runner.write(command)))
        return
      case 'begin':
        this.#end(await runner.begin(command))
        return
      case 'commit':
        this.#end(await runner.commit(command))
        return
      case 'rollback': {
        const ending = await runner.rollback(command)
        if (ending === null) this.#ok()
        else this.#end(ending)
        return
      }
      case 'setting':
        this.#set(await runner.onSource(command, false), plan.subject, text)
        return
      case 'source': {
        const ending = await runner.onSource(command, false)
        if (plan.binds && ending.kind === 'release' && ending.response.refusal === null) runner.boundTo = ending.link
        this.#end(ending)
      }
    }
  }

  #set(ending: Ending, subject: string, text: string): void {
    if (ending.kind === 'release' && ending.response.refusal === null) {
      if (!this.#settings.remember(subject, text)) this.#runner!.boundTo = ending.link
      this.#settings.knows(ending.link)
    }
    this.#end(ending)
  }

  #end(ending: Ending): void {
    if (ending.kind === 'close') this.#socket.destroy()
    else if (ending.kind === 'refuse') this.#socket.write(errorPacket(ending.sequence, ending.error))
    else ending.held.release()
  }

  #ok(): void {
    this.#socket.write(okPacket(1, this.#runner!.status))
  }

  #refuse(error: FrontError): void {
    this.#socket.write(errorPacket(1, error))
  }

  /** Not foreseen: the client sees its connection end, and whoever runs the front sees why. */
  #failed(error: unknown): void {
    this.#socket.destroy()
    this.#system.failed(error)
  }

  #ended(): void {
    this.#isIn = false
    this.#runner?.close()
    this.#links?.close()
    this.#links = null
  }
}

function asIs(command: Buffer, shape: ServerCommand['shape']): ServerCommand {
  return { shape, packets: () => Promise.resolve(command) }
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
