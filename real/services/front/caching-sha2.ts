/**
 * caching_sha2_password, both halves. The client proves its password by XOR(SHA256(p), SHA256(SHA256(SHA256(p)), nonce)).
 * The front knows the password, so it can check that proof at once ("fast authentication"); a server that has not seen
 * the account since it started asks for the password itself, encrypted with its public key.
 * Source: "Caching_sha2_password information" in MySQL's source documentation.
 */
import { constants, createHash, publicEncrypt, randomBytes, timingSafeEqual } from 'node:crypto'

export const PLUGIN = 'caching_sha2_password'
const NONCE_BYTES = 20
const PROOF_BYTES = 32

/** Without zero bytes, which would end it, as a server makes it. */
export function newNonce(): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  for (let i = 0; i < nonce.length; i++) nonce[i] = 1 + (nonce[i]! % 0x7e)
  return nonce
}

export function proof(password: string, nonce: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0)
  const once = sha256(Buffer.from(password))
  return xor(once, sha256(Buffer.concat([sha256(once), nonce])))
}

export function proves(given: Buffer, password: string, nonce: Buffer): boolean {
  return given.length === PROOF_BYTES && timingSafeEqual(given, proof(password, nonce))
}

/** What a server that asks for the password itself is sent on a connection without TLS. */
export function encryptedPassword(password: string, nonce: Buffer, publicKey: string): Buffer {
  const plain = Buffer.from(`${password}\0`)
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, xor(plain, nonce))
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** As long as `bytes`; `key` is repeated. */
function xor(bytes: Buffer, key: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, i) => byte ^ key[i % key.length]!))
}
