/**
 * system.json, beside owner.json: what `status` and `down` have to know of a running system, and what is shown of it.
 * No secrets; for its owner's eyes all the same.
 */
import { join } from 'node:path'
import type { ProcessState } from '../operator.ts'
import { readRecord, writeRecord } from './record-file.ts'

export interface SystemRecord {
  readonly schema: 'quorumlab.system/1'
  /** `starting` until everything is healthy for the first time. */
  readonly phase: 'starting' | 'up' | 'stopping'
  readonly isDetached: boolean
  /** From the command until everything was healthy, milliseconds; null: not yet. */
  readonly greenAfterMs: number | null
  /** Where each process listens, by its name: `node1`, `coordinator`, ... */
  readonly addresses: Readonly<Record<string, { readonly host: string; readonly port: number }>>
  readonly processes: readonly ProcessState[]
  /** A folder: one file for each process. */
  readonly logs: string
  /** A file for `mysql --defaults-extra-file`; null: no MySQL client may come in. */
  readonly login: string | null
}

const NAME = 'system.json'

export function writeSystem(directory: string, record: SystemRecord): void {
  writeRecord(join(directory, NAME), record)
}

/** Null: there is none, so it is a run's cluster. */
export function readSystem(directory: string): SystemRecord | null {
  return readRecord(join(directory, NAME), 'quorumlab.system/1')
}
