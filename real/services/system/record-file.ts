/** The records in the folder of a running system: JSON, with the name of its schema. */
import { readFileSync } from 'node:fs'
import { writePrivately } from '../../drivers/private-file.ts'

interface Schemed {
  readonly schema: string
}

export function writeRecord(path: string, record: Schemed): void {
  writePrivately(path, `${JSON.stringify(record, null, 2)}\n`)
}

/** Null: there is none, or it is of another version. */
export function readRecord<Record extends Schemed>(path: string, schema: Record['schema']): Record | null {
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as Record
    return record.schema === schema ? record : null
  } catch {
    return null
  }
}
