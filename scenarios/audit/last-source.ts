/** Who reigned, by the rows that every epoch's first transaction writes into the servers' own tables. */
import type { AuditedServer, ReignRow } from './evidence.ts'

/** The server of the newest epoch that any server's table knows; null: no table knows of one, or it is nobody's uuid. */
export function sourceOf(servers: readonly AuditedServer[]): AuditedServer | null {
  const newest = servers
    .flatMap(({ tables }) => tables?.reigns ?? [])
    .reduce<ReignRow | null>(
      (best, row) => (row.sourceUuid !== null && row.epoch > (best?.epoch ?? -1) ? row : best),
      null,
    )
  return servers.find((server) => uuidOf(server) === newest?.sourceUuid && newest !== null) ?? null
}

/** That it has now. */
function uuidOf({ tables, identities }: AuditedServer): string | null {
  return tables?.uuid ?? identities.at(-1)?.uuid ?? null
}

/** Of all its identities. */
export function uuidsOf(server: AuditedServer): readonly string[] {
  return [uuidOf(server), ...server.identities.map(({ uuid }) => uuid)].flatMap((uuid) => uuid ?? [])
}

/** Epochs that the server led, in any of its identities. */
export function epochsOf(server: AuditedServer, servers: readonly AuditedServer[]): readonly number[] {
  const uuids = new Set(uuidsOf(server))
  const rows = servers.flatMap(({ tables }) => tables?.reigns ?? [])
  const epochs = rows.flatMap(({ epoch, sourceUuid }) => (sourceUuid !== null && uuids.has(sourceUuid) ? [epoch] : []))
  return [...new Set(epochs)].sort((a, b) => a - b)
}
