/**
 * A client logs in: greeted as by a server, its answer read and its proof checked. COM_CHANGE_USER brings the same
 * answer in another order and is checked by the same rules.
 */
import type { Account } from '../../mysql/connection.ts'
import { newNonce, PLUGIN, proves } from './caching-sha2.ts'
import { CLIENT, OFFERED, STATUS } from './capabilities.ts'
import { PayloadReader, packet, payloadOf } from './packets.ts'

/** What a client said of itself. */
export interface Introduction {
  readonly capabilities: number
  readonly collation: number
  readonly user: string
  readonly database: string
  readonly plugin: string
  readonly proof: Buffer
}

interface Greeting {
  readonly packet: Buffer
  readonly nonce: Buffer
}

const PROTOCOL_VERSION = 10
const DEFAULT_COLLATION = 255
const RESERVED_BYTES = 23
/** "More data" for the client's plugin, and what it means there: the proof holds, an OK follows. */
const MORE_DATA = 0x01
const FAST_SUCCESS = 0x03
const SWITCH_PLUGIN = 0xfe

export function greeting(connectionId: number, version: string): Greeting {
  const nonce = newNonce()
  const fixed = Buffer.alloc(31)
  let at = fixed.writeUInt32LE(connectionId, 0)
  at += nonce.copy(fixed, at, 0, 8) + 1
  at = fixed.writeUInt16LE(OFFERED & 0xffff, at)
  at = fixed.writeUInt8(DEFAULT_COLLATION, at)
  at = fixed.writeUInt16LE(STATUS.AUTOCOMMIT, at)
  at = fixed.writeUInt16LE(OFFERED >>> 16, at)
  fixed.writeUInt8(nonce.length + 1, at)
  const words = [Buffer.from(`${String.fromCharCode(PROTOCOL_VERSION)}${version}\0`), fixed]
  return { packet: packet(0, ...words, nonce.subarray(8), Buffer.from(`\0${PLUGIN}\0`)), nonce }
}

/** Null: no answer that a client of protocol 4.1 would give. */
export function readIntroduction(bytes: Buffer): Introduction | null {
  const reader = new PayloadReader(payloadOf(bytes))
  const capabilities = reader.fixed(4)
  if ((capabilities & CLIENT.PROTOCOL_41) === 0 || (capabilities & CLIENT.SSL) !== 0) return null
  reader.fixed(4)
  const collation = reader.fixed(1)
  reader.bytes(RESERVED_BYTES)
  const user = reader.untilZero()
  const isLengthEncoded = (capabilities & CLIENT.PLUGIN_AUTH_LENENC_DATA) !== 0
  const given = isLengthEncoded ? reader.lengthEncoded() : reader.bytes(reader.fixed(1))
  const database = (capabilities & CLIENT.CONNECT_WITH_DB) !== 0 ? reader.untilZero() : ''
  const plugin = (capabilities & CLIENT.PLUGIN_AUTH) !== 0 ? reader.untilZero() : ''
  return { capabilities, collation, user, database, plugin, proof: Buffer.from(given) }
}

export function readChangeOfUser(bytes: Buffer, before: Introduction): Introduction {
  const reader = new PayloadReader(payloadOf(bytes), 1)
  const user = reader.untilZero()
  const given = Buffer.from(reader.bytes(reader.fixed(1)))
  const database = reader.untilZero()
  const collation = reader.left >= 2 ? reader.fixed(2) : before.collation
  const plugin = (before.capabilities & CLIENT.PLUGIN_AUTH) !== 0 ? reader.untilZero() : ''
  return { ...before, user, proof: given, database, collation, plugin }
}

/** `ask`: it must prove itself by the other plugin, to a new nonce. */
export function judge(introduction: Introduction, account: Account, nonce: Buffer): 'in' | 'out' | 'ask' {
  if (introduction.plugin !== '' && introduction.plugin !== PLUGIN) return 'ask'
  const isKnown = introduction.user === account.user
  // The proof is looked at for unknown users, too: the time it takes tells nobody who exists.
  return proves(introduction.proof, account.password, nonce) && isKnown ? 'in' : 'out'
}

export function askForPlugin(sequence: number, nonce: Buffer): Buffer {
  return packet(sequence, Buffer.from([SWITCH_PLUGIN]), Buffer.from(`${PLUGIN}\0`), nonce, Buffer.from([0]))
}

export function fastSuccess(sequence: number): Buffer {
  return packet(sequence, Buffer.from([MORE_DATA, FAST_SUCCESS]))
}

/** An OK that reports nothing. */
export function okPacket(sequence: number, status: number): Buffer {
  return packet(sequence, Buffer.from([0, 0, 0, status & 0xff, status >> 8, 0, 0]))
}
