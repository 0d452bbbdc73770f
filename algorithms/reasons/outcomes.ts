/** Outcomes that are not `ok`, made in one shape: the reason as data, and its sentence beside it. */
import type { Failed, Unknown } from '../servers.ts'
import { textOf } from './text.ts'
import type { Why } from './why.ts'

/** A reason as it is recorded: what decides, and what people read. */
export interface Explained {
  readonly why: Why
  readonly reason: string
}

export function explained(why: Why): Explained {
  return { why, reason: textOf(why) }
}

/** It certainly did nothing. */
export function failed(why: Why): Failed {
  return { kind: 'failed', why, reason: textOf(why) }
}

/** It may have happened, now or later. */
export function unknown(why: Why): Unknown {
  return { kind: 'unknown', why, reason: textOf(why) }
}
