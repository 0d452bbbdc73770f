/** Evidence of a small sound run, for audits to be right about and for tests to spoil: node1 led first, node2 leads, node3 follows. */
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { TransactionContents } from '../../../scenarios/audit/contents.ts'
import type { AuditEvidence, AuditedServer, Claim, Identity } from '../../../scenarios/audit/evidence.ts'

export const UUIDS = ['1', '2', '3'].map((digit) => `${digit.repeat(8)}-1111-1111-1111-111111111111`)
const MARKERS = '716c6162-0000-0001-0100-000000000000:1,716c6162-0000-0002-0101-000000000000:1'

/** Operation n is the n-th transaction of node1 up to 10, then of node2. */
export const CLAIMS: readonly Claim[] = Array.from({ length: 20 }, (_, i) => ({
  op: i + 1,
  rows: 1,
  consistency: 'STRONG',
  outcome: 'ok',
  gtid: i < 10 ? { uuid: UUIDS[0]!, number: i + 1 } : { uuid: UUIDS[1]!, number: i - 9 },
}))

export const EXECUTED = MutableGtidSet.parse(`${UUIDS[0]}:1-10,${UUIDS[1]}:1-10,${MARKERS}`)

export function identity(fields: Partial<Identity> = {}): Identity {
  return {
    uuid: UUIDS[0]!,
    isCurrent: true,
    before: new MutableGtidSet(),
    logged: EXECUTED,
    outOfReign: new MutableGtidSet(),
    differing: [],
    ...fields,
  }
}

function server(index: number): AuditedServer {
  return {
    node: `node${index + 1}`,
    tables: {
      uuid: UUIDS[index]!,
      executed: EXECUTED,
      ops: new Set(CLAIMS.map(({ op }) => op)),
      reigns: [
        { epoch: 1, k: 1, sourceUuid: UUIDS[0]!, base: 0 },
        { epoch: 2, k: 1, sourceUuid: UUIDS[1]!, base: 0 },
      ],
      follows: index !== 1,
    },
    unread: null,
    identities: [identity({ uuid: UUIDS[index]! })],
    kept: [],
  }
}

/** `spoil`: what is to be otherwise, by server. */
export function evidence(
  spoil: Readonly<Record<string, (server: AuditedServer) => Partial<AuditedServer>>> = {},
): AuditEvidence {
  const contents = new TransactionContents()
  for (const { op, gtid } of CLAIMS) contents.add(gtid!, { fingerprint: op * 1_000, ops: [op] })
  const servers = [0, 1, 2].map(server).map((one) => ({ ...one, ...spoil[one.node]?.(one) }))
  return { servers, contents }
}
