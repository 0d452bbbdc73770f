/** What the front itself asks a server, on a client's connection, around the client's own statement. */
import type { GtidSet } from '../../../algorithms/gtid-set.ts'
import { COMMAND } from './capabilities.ts'
import { commandPacket, PayloadReader, payloadOf } from './packets.ts'
import type { ServerLink } from './server-link.ts'

export const EXECUTED = commandPacket(COMMAND.QUERY, 'SELECT @@GLOBAL.gtid_executed')

/** A replica has so long to show what the session has seen, before the source is asked. */
const SESSION_WAIT_S = 0.1

/** Its value is 0 when everything is there. */
export function waitFor(gtids: GtidSet): Buffer {
  return commandPacket(COMMAND.QUERY, `SELECT WAIT_FOR_EXECUTED_GTID_SET('${gtids.toString()}', ${SESSION_WAIT_S})`)
}

/** The one value of such a statement; null: there is none. */
export async function oneValue(link: ServerLink, command: Buffer): Promise<string | null> {
  const rows: Buffer[] = []
  const answered = await link.command(command, 'result', (packet, isLast) => {
    if (!isLast) rows.push(Buffer.from(packet))
  })
  if (answered.kind === 'lost' || answered.response.refusal !== null) return null
  const row = rows.at(-1)
  return row === undefined ? null : new PayloadReader(payloadOf(row)).lengthEncoded().toString('latin1')
}
