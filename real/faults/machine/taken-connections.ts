/**
 * All client connections of one MySQL server, taken: sessions of the application's account are opened until the server
 * says 1040 (too many connections), and whatever becomes free is taken, too. Who is in stays in; nobody new comes in,
 * replicas that connect again among them. The administrative port has connections of its own.
 */

import { AdminError, connected } from '../../mysql/admin-session.ts'
import { type Endpoint, type MysqlConnection, NO_SETUP } from '../../mysql/connection.ts'
import { connectFailure } from '../../mysql/failure.ts'
import { Amounts, type Hurtable } from './hurtable.ts'
import { timedStatement, tookText } from './timed-statement.ts'

export interface ConnectionsSight {
  /** A new client was told 1040. */
  readonly isRefused: boolean
  /** The administrative port answers. */
  readonly isAdministered: boolean
  readonly text: string
}

interface Doors {
  /** The clients' port, as the application. */
  readonly client: Endpoint
  /** The administrative port. */
  readonly administrative: Endpoint
}

const AT_ONCE = 16
const RETAKE_MS = 50
const READ_DEADLINE_MS = 1_000

export class TakenConnections implements Hurtable<true, ConnectionsSight> {
  readonly #doors: () => Doors
  readonly #takes = new Amounts<true>((takes) => this.#carryOut(takes.length > 0))
  readonly #taken = new Set<MysqlConnection>()
  #timer: NodeJS.Timeout | undefined
  #isOn = false

  constructor(doors: () => Doors) {
    this.#doors = doors
  }

  hurt(by: object): Promise<void> {
    return this.#takes.set(by, true)
  }

  heal(by: object): Promise<void> {
    return this.#takes.end(by)
  }

  async look(): Promise<ConnectionsSight> {
    const { client, administrative } = this.#doors()
    const refusal = await refusalOf(client)
    const ms = await timedStatement(administrative, 'SELECT 1', READ_DEADLINE_MS)
    const isRefused = refusal === 'too-many-connections'
    const entry = refusal === null ? 'a new client comes in' : isRefused ? 'a new client is refused (1040)' : refusal
    const mine = this.#taken.size === 0 ? '' : `, ${this.#taken.size} connections are taken`
    const text = `${entry}${mine}, the administrative port ${tookText(ms, READ_DEADLINE_MS)}`
    return { isRefused, isAdministered: ms !== null, text }
  }

  close(): void {
    this.#isOn = false
    clearTimeout(this.#timer)
    for (const connection of this.#taken) connection.destroy()
    this.#taken.clear()
  }

  async #carryOut(isOn: boolean): Promise<void> {
    this.close()
    this.#isOn = isOn
    if (isOn) await this.#take()
  }

  /** Until nobody gets in any more; again and again. */
  async #take(): Promise<void> {
    let isRefused = false
    const takeUntilRefused = async () => {
      while (!isRefused && this.#isOn) isRefused = !(await this.#takeOne())
    }
    await Promise.all(Array.from({ length: AT_ONCE }, takeUntilRefused))
    if (this.#isOn) this.#timer = setTimeout(() => void this.#take(), RETAKE_MS)
  }

  async #takeOne(): Promise<boolean> {
    for (const connection of this.#taken) if (!connection.alive) this.#taken.delete(connection)
    const connection = await connected(this.#doors().client, NO_SETUP).catch(() => null)
    if (connection === null) return false
    if (this.#isOn) this.#taken.add(connection)
    else connection.destroy()
    return true
  }
}

/** Null: it came in. */
async function refusalOf(client: Endpoint): Promise<string | null> {
  try {
    const connection = await connected(client, NO_SETUP)
    connection.destroy()
    return null
  } catch (error) {
    return error instanceof AdminError ? error.failure.why.code : connectFailure(error).why.code
  }
}
