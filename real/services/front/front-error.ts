/** What the front itself tells a MySQL client: each refusal with the number and state that clients know how to take. */
import { ERR, packet } from './packets.ts'

export interface FrontError {
  readonly errno: number
  readonly sqlState: string
  readonly message: string
}

export const FRONT_ERRORS = {
  /** ER_ACCESS_DENIED_ERROR */
  accessDenied: (user: string) => ({
    errno: 1045,
    sqlState: '28000',
    message: `Access denied for user '${user}'`,
  }),
  /** ER_CON_COUNT_ERROR */
  tooManyConnections: (limit: number) => ({
    errno: 1040,
    sqlState: '08004',
    message: `Too many connections (at most ${limit})`,
  }),
  /** ER_UNKNOWN_COM_ERROR */
  unknownCommand: (command: number) => ({
    errno: 1047,
    sqlState: '08S01',
    message: `This front does not pass on command 0x${command.toString(16).padStart(2, '0')}`,
  }),
  /** ER_NOT_SUPPORTED_YET: the statement is understood, and not safe here. */
  notSafe: (reason: string) => ({ errno: 1235, sqlState: '42000', message: `Refused by quorumlab: ${reason}` }),
  /** ER_WRONG_VALUE_FOR_VAR */
  wrongLevel: (found: string) => ({
    errno: 1231,
    sqlState: '42000',
    message: `@quorumlab_consistency is 'STRONG', 'SESSION' or 'EVENTUAL', found ${found}`,
  }),
  /** ER_UNKNOWN_STMT_HANDLER */
  unknownStatement: (id: number) => ({
    errno: 1243,
    sqlState: 'HY000',
    message: `Unknown prepared statement handler (${id})`,
  }),
  /** ER_NET_PACKET_TOO_LARGE */
  tooLarge: (limit: number) => ({
    errno: 1153,
    sqlState: '08S01',
    message: `Got a packet bigger than ${limit} bytes`,
  }),
  /** ER_MALFORMED_PACKET */
  malformed: () => ({ errno: 1835, sqlState: 'HY000', message: 'Malformed communication packet' }),
  /** ER_SERVER_SHUTDOWN: nothing was done; a client may send it again. */
  notDone: (reason: string) => ({ errno: 1053, sqlState: '08S01', message: `Not executed: ${reason}` }),
  /** ER_LOCK_DEADLOCK's state asks for the whole transaction again, and that is right: it is certainly rolled back. */
  rolledBack: (reason: string) => ({
    errno: 1213,
    sqlState: '40001',
    message: `The transaction is rolled back, try restarting it: ${reason}`,
  }),
  /** ER_QUERY_INTERRUPTED: a read may be asked again. */
  readNotHeld: (reason: string) => ({
    errno: 1317,
    sqlState: '70100',
    message: `The read was not confirmed: ${reason}`,
  }),
} as const satisfies Readonly<Record<string, (...found: never[]) => FrontError>>

export function errorPacket(sequence: number, { errno, sqlState, message }: FrontError): Buffer {
  const head = Buffer.from([ERR, errno & 0xff, errno >> 8])
  return packet(sequence, head, Buffer.from(`#${sqlState}${message}`))
}
