/**
 * What a client has set for its session, in so far as it can be set again on another connection: the database and the
 * session's system variables. Whatever else a connection remembers (user variables, temporary tables, locks) binds a
 * session to the one connection on which it was said.
 */

import { COMMAND } from './capabilities.ts'
import { commandPacket } from './packets.ts'
import type { ServerLink } from './server-link.ts'

interface Setting {
  readonly sql: string
  /** Counts what was set in this session, in order. */
  readonly version: number
}

/** Each answer to a write then carries the transaction's GTID. */
const ALWAYS = 'SET SESSION session_track_gtids = OWN_GTID'
/** On replicas nothing but reads is wanted: what was classed as one and is none is refused by the server (1792). */
const ON_REPLICAS = 'SET SESSION transaction_read_only = ON'
/** Bound: a client that sets ever new things is bound to its connection instead. */
const MOST_SETTINGS = 64

export class SessionSettings {
  #version = 0
  readonly #settings = new Map<string, Setting>()
  readonly #applied = new WeakMap<ServerLink, number>()

  /** `subject`: what is set; setting it again replaces it. False: too many to remember. */
  remember(subject: string, sql: string): boolean {
    this.#settings.delete(subject)
    this.#settings.set(subject, { sql, version: ++this.#version })
    return this.#settings.size <= MOST_SETTINGS
  }

  /** This connection has been told already, by the client itself. */
  knows(link: ServerLink): void {
    this.#applied.set(link, this.#version)
  }

  /** Tells a connection what it does not know yet. The answers come before that to the next command. */
  async apply(link: ServerLink, isReplica: boolean): Promise<boolean> {
    const applied = this.#applied.get(link)
    if (applied === this.#version) return true
    const first = applied === undefined ? [ALWAYS, ...(isReplica ? [ON_REPLICAS] : [])] : []
    const later = [...this.#settings]
      .filter(([subject, { version }]) => version > (applied ?? 0) && !(isReplica && /autocommit/i.test(subject)))
      .map(([, { sql }]) => sql)
    this.#applied.set(link, this.#version)
    const answers = await Promise.all(
      [...first, ...later].map((sql) => link.command(commandPacket(COMMAND.QUERY, sql), 'result')),
    )
    return answers.every((answered) => answered.kind === 'answered' && answered.response.refusal === null)
  }

  clear(): void {
    this.#settings.clear()
  }
}
