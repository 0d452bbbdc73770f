/**
 * A client's prepared statements. A client knows each by a number of the front's, which stays when the source moves: on
 * every server the statement is prepared when it is first executed there, and has that server's own number.
 *
 * A client says the types of its values once and may leave them out afterwards. A server that has not heard them gets
 * them spliced in. Cursors are not asked for: the server then sends all rows at once, which clients accept.
 */
import { COMMAND } from './capabilities.ts'
import type { HeldAnswer } from './held-answer.ts'
import { commandPacket, HEADER_BYTES, LONGEST_PAYLOAD, packet, payloadOf } from './packets.ts'
import type { ServerLink } from './server-link.ts'
import type { Plan } from './statement-plan.ts'
import type { ServerCommand } from './statement-runner.ts'

interface PreparedStatement {
  /** The front's number. */
  readonly id: number
  readonly text: string
  readonly plan: Plan
  readonly parameters: number
  /** As the client said them last; null: not yet. */
  types: Buffer | null
  /** COM_STMT_SEND_LONG_DATA since the last execution: pieces of values, for whichever server executes it. */
  longData: Buffer[]
}

interface OnServer {
  readonly id: number
  typesSent: boolean
}

/** The number of a statement, in a command about it and in the answer to its preparation. */
const ID_AT = HEADER_BYTES + 1
const FLAGS_AT = HEADER_BYTES + 5
const NULLS_AT = HEADER_BYTES + 10
/** As a server has it: what is prepared and never closed fills our memory. */
const MOST_STATEMENTS = 16_382

export class PreparedCommands {
  readonly #statements = new Map<number, PreparedStatement>()
  readonly #onServers = new WeakMap<ServerLink, Map<number, OnServer>>()
  #lastId = 0

  /** `answer`: the server's, in which the front's number takes the place of the server's. */
  add(
    text: string,
    plan: Plan,
    { id, parameters }: { readonly id: number; readonly parameters: number },
    link: ServerLink,
    answer: HeldAnswer,
  ): void {
    const statement = { id: ++this.#lastId, text, plan, parameters, types: null, longData: [] }
    this.#statements.set(statement.id, statement)
    this.#on(link).set(statement.id, { id, typesSent: false })
    answer.changeFirst((first) => renumbered(first, statement.id))
    const oldest = this.#statements.keys().next()
    if (this.#statements.size > MOST_STATEMENTS && oldest.done !== true) this.#statements.delete(oldest.value)
  }

  idIn(command: Buffer): number {
    return command.length >= ID_AT + 4 ? command.readUInt32LE(ID_AT) : 0
  }

  longData(command: Buffer): void {
    this.#statements.get(this.idIn(command))?.longData.push(Buffer.from(command))
  }

  /** False: there is none of this number. */
  reset(command: Buffer): boolean {
    const statement = this.#statements.get(this.idIn(command))
    if (statement !== undefined) statement.longData = []
    return statement !== undefined
  }

  /** `links`: wherever it may have been prepared. */
  close(command: Buffer, links: Iterable<ServerLink>): void {
    const id = this.idIn(command)
    this.#statements.delete(id)
    for (const link of links) {
      const prepared = this.#on(link).get(id)
      if (prepared === undefined) continue
      this.#on(link).delete(id)
      link.tell(renumbered(command, prepared.id))
    }
  }

  /** Null: there is none of this number. */
  execution(command: Buffer): (ServerCommand & { readonly plan: Plan; readonly text: string }) | null {
    const statement = this.#statements.get(this.idIn(command))
    if (statement === undefined) return null
    statement.types = typesIn(command, statement.parameters) ?? statement.types
    const pieces = statement.longData
    statement.longData = []
    return {
      plan: statement.plan,
      text: statement.text,
      shape: 'result',
      packets: async (link) => {
        const prepared = await this.#preparedOn(link, statement)
        if (prepared === null) return null
        const types = prepared.typesSent ? null : statement.types
        prepared.typesSent = true
        const own = pieces.map((piece) => renumbered(piece, prepared.id))
        return Buffer.concat([...own, executionPacket(command, prepared.id, statement.parameters, types)])
      },
    }
  }

  /** Null: the server would not prepare it, or its connection is lost. */
  async #preparedOn(link: ServerLink, { id, text }: PreparedStatement): Promise<OnServer | null> {
    const known = this.#on(link).get(id)
    if (known !== undefined) return known
    const answered = await link.command(commandPacket(COMMAND.STMT_PREPARE, text), 'prepared')
    if (answered.kind === 'lost' || answered.response.statement === null) return null
    const prepared = { id: answered.response.statement.id, typesSent: false }
    this.#on(link).set(id, prepared)
    return prepared
  }

  #on(link: ServerLink): Map<number, OnServer> {
    const known = this.#onServers.get(link)
    if (known !== undefined) return known
    const fresh = new Map<number, OnServer>()
    this.#onServers.set(link, fresh)
    return fresh
  }
}

/** The types in a COM_STMT_EXECUTE; null where it leaves them out. */
function typesIn(command: Buffer, parameters: number): Buffer | null {
  const boundAt = NULLS_AT + ((parameters + 7) >> 3)
  if (parameters === 0 || command[boundAt] !== 1) return null
  return Buffer.from(command.subarray(boundAt + 1, boundAt + 1 + 2 * parameters))
}

function executionPacket(command: Buffer, serverId: number, parameters: number, types: Buffer | null): Buffer {
  const copy = renumbered(command, serverId)
  copy[FLAGS_AT] = 0
  const boundAt = NULLS_AT + ((parameters + 7) >> 3)
  // One of 16 MB and more would have to be cut anew; clients say the types with the first one, whatever its size.
  if (types === null || parameters === 0 || copy[boundAt] === 1 || copy.length + types.length > LONGEST_PAYLOAD)
    return copy
  const before = payloadOf(copy.subarray(0, boundAt))
  return packet(0, before, Buffer.from([1]), types, copy.subarray(boundAt + 1))
}

function renumbered(command: Buffer, id: number): Buffer {
  const copy = Buffer.from(command)
  copy.writeUInt32LE(id, ID_AT)
  return copy
}
