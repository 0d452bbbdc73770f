/** What a SESSION client keeps for the next request, as one opaque word: what it has seen, and its largest timestamp. */
import { type GtidSet, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { Session } from '../../../algorithms/servers.ts'
import { CallFailure } from '../http/failures.ts'

interface KnownSession {
  readonly seen: GtidSet
  readonly timestamp: Session['timestamp']
}

export const NEW_SESSION: KnownSession = { seen: new MutableGtidSet(), timestamp: null }

export function tokenOf({ seen, timestamp }: KnownSession): string {
  const text = `${timestamp?.counter ?? ''}.${timestamp?.server ?? ''}.${seen.toString()}`
  return Buffer.from(text).toString('base64url')
}

export function sessionOf(token: string): KnownSession {
  const text = Buffer.from(token, 'base64url').toString()
  const parts = /^(?:(\d{1,16})\.(\d{1,4})|\.)\.([^.]*)$/.exec(text)
  if (parts === null) throw new CallFailure(400, 'session_token is none of this service', { outcome: 'failed' })
  const [, counter, server, gtids] = parts
  try {
    const timestamp = counter === undefined ? null : { counter: Number(counter), server: Number(server) }
    if (timestamp !== null && !Number.isSafeInteger(timestamp.counter)) throw new RangeError('too large')
    return { seen: MutableGtidSet.parse(gtids!), timestamp }
  } catch {
    throw new CallFailure(400, 'session_token is none of this service', { outcome: 'failed' })
  }
}
