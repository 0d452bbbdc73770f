/** Writes that were answered ok and that the final source does not have, of either consistency. */
import { missingFrom } from '../checks/acknowledged-writes-survive.ts'
import { readEndState } from '../checks/servers-at-end.ts'
import type { Operation, RunRecord } from '../record.ts'

/** Null when the final source could not be read: then nothing can be counted. */
export function acknowledgedButGone(record: RunRecord): readonly Operation[] | null {
  const { source } = readEndState(record)
  if (source === null) return null
  return record.operations.filter(
    (operation) => operation.kind === 'write' && operation.outcome === 'ok' && missingFrom(source, operation) !== null,
  )
}
