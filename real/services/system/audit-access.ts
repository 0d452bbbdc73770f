/**
 * audit.json, beside system.json: how the servers of a running system are read by whoever audits it, and where their files
 * lie. It holds a secret, of an account that reads and changes nothing: for its owner's eyes alone, and gone with the system.
 */
import { join } from 'node:path'
import { nodePaths } from '../../drivers/local/boot-flags.ts'
import type { LocalCluster } from '../../drivers/local/local-cluster.ts'
import type { Account } from '../../mysql/connection.ts'
import type { NodeAddress } from '../../mysql/target.ts'
import { readRecord, writeRecord } from './record-file.ts'

export interface AuditAccess {
  readonly schema: 'quorumlab.audit-access/1'
  readonly account: Account
  /** In member order. */
  readonly servers: readonly (NodeAddress & {
    readonly data: string
    /** A folder in it for each identity that a rebuild has ended. */
    readonly oldBinlogs: string
  })[]
  /** What was kept of transactions before a rebuild. */
  readonly extras: string
}

const NAME = 'audit.json'

/** Of servers that have been started: their ports are final then. */
export function accessTo({ nodes, accounts, storage }: LocalCluster, extras: string): AuditAccess {
  const servers = nodes.map((node) => {
    const { data, oldBinlogs } = nodePaths(join(storage.directory, node.name))
    return { ...node, data, oldBinlogs }
  })
  return { schema: 'quorumlab.audit-access/1', account: accounts.audit, servers, extras }
}

export function writeAuditAccess(directory: string, access: AuditAccess): void {
  writeRecord(join(directory, NAME), access)
}

/** Null: its servers have not answered yet, or they are not processes of this machine. */
export function readAuditAccess(directory: string): AuditAccess | null {
  return readRecord(join(directory, NAME), 'quorumlab.audit-access/1')
}
