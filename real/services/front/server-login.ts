/** The front logs in to a server, as a client that knows the password: what to answer to each packet until it is in. */
import type { Account } from '../../mysql/connection.ts'
import { encryptedPassword, PLUGIN, proof } from './caching-sha2.ts'
import { CLIENT, towardServer } from './capabilities.ts'
import { END, ERR, lengthEncoded, OK, PayloadReader, packet, payloadOf } from './packets.ts'

const MORE_DATA = 0x01
const FAST_SUCCESS = 0x03
const FULL_AUTHENTICATION = 0x04
const REQUEST_PUBLIC_KEY = 0x02
const LONGEST_PACKET = 1 << 30

export interface LoginOptions {
  readonly account: Account
  /** Of the client that this connection is for. */
  readonly capabilities: number
  readonly collation: number
  readonly database: string
}

type LoginStep =
  | { readonly kind: 'send'; readonly packet: Buffer }
  | { readonly kind: 'wait' }
  | { readonly kind: 'in' }
  | { readonly kind: 'refused'; readonly message: string }

export class ServerLogin {
  readonly #options: LoginOptions
  readonly capabilities: number
  #nonce: Buffer = Buffer.alloc(0)
  #expects: 'greeting' | 'verdict' | 'key' = 'greeting'

  constructor(options: LoginOptions) {
    this.#options = options
    this.capabilities = towardServer(options.capabilities) | (options.database === '' ? 0 : CLIENT.CONNECT_WITH_DB)
  }

  take(bytes: Buffer): LoginStep {
    const payload = payloadOf(bytes)
    const next = (bytes[3]! + 1) & 0xff
    if (payload[0] === ERR) return { kind: 'refused', message: payload.toString('utf8', 9) }
    if (this.#expects === 'greeting') return this.#greeted(payload, next)
    if (this.#expects === 'key') return this.#keyArrived(payload, next)
    if (payload[0] === OK) return { kind: 'in' }
    if (payload[0] === END) return this.#switched(payload, next)
    if (payload[0] !== MORE_DATA) return { kind: 'refused', message: 'an answer to the login that nobody knows' }
    if (payload[1] === FAST_SUCCESS) return { kind: 'wait' }
    if (payload[1] !== FULL_AUTHENTICATION) return { kind: 'refused', message: 'an unknown step of the login' }
    // A server that has not seen this account since its start wants the password itself, by its public key.
    this.#expects = 'key'
    return { kind: 'send', packet: packet(next, Buffer.from([REQUEST_PUBLIC_KEY])) }
  }

  #greeted(payload: Buffer, next: number): LoginStep {
    const reader = new PayloadReader(payload, 1)
    reader.untilZero()
    reader.fixed(4)
    const first = reader.bytes(8)
    reader.bytes(1 + 2 + 1 + 2 + 2)
    const length = reader.fixed(1)
    reader.bytes(10)
    this.#nonce = Buffer.concat([first, reader.bytes(Math.max(13, length - 8)).subarray(0, 12)])
    this.#expects = 'verdict'
    const { account, collation, database } = this.#options
    const fixed = Buffer.alloc(32)
    fixed.writeUInt32LE(this.capabilities, 0)
    fixed.writeUInt32LE(LONGEST_PACKET, 4)
    fixed[8] = collation & 0xff
    const given = proof(account.password, this.#nonce)
    const isLengthEncoded = (this.capabilities & CLIENT.PLUGIN_AUTH_LENENC_DATA) !== 0
    const parts = [
      ...[fixed, Buffer.from(`${account.user}\0`)],
      ...[isLengthEncoded ? lengthEncoded(given.length) : Buffer.from([given.length]), given],
      Buffer.from(`${database === '' ? '' : `${database}\0`}${PLUGIN}\0`),
    ]
    return { kind: 'send', packet: packet(next, ...parts) }
  }

  #switched(payload: Buffer, next: number): LoginStep {
    const reader = new PayloadReader(payload, 1)
    const plugin = reader.untilZero()
    if (plugin !== PLUGIN) return { kind: 'refused', message: `it asks for ${plugin}, which the front does not speak` }
    this.#nonce = Buffer.from(reader.rest().subarray(0, 20))
    return { kind: 'send', packet: packet(next, proof(this.#options.account.password, this.#nonce)) }
  }

  #keyArrived(payload: Buffer, next: number): LoginStep {
    this.#expects = 'verdict'
    const key = payload.toString('utf8', 1)
    return { kind: 'send', packet: packet(next, encryptedPassword(this.#options.account.password, this.#nonce, key)) }
  }
}
