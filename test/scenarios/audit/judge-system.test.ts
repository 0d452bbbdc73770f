import assert from 'node:assert/strict'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { AuditedServer, TableComparison } from '../../../scenarios/audit/evidence.ts'
import { judgeSystem } from '../../../scenarios/audit/judge-system.ts'
import type { SystemAudit } from '../../../scenarios/result-audit.ts'
import { test } from '../../support/test.ts'
import { EXECUTED, evidence, identity, UUIDS } from './evidence.ts'

const TABLES: TableComparison = {
  nodes: ['node2', 'node1', 'node3'],
  tables: 4,
  rows: 30,
  differing: [],
  why: null,
}

function audit(
  spoil: Parameters<typeof evidence>[0],
  tables: TableComparison | null = TABLES,
  forgotten = 0,
): SystemAudit {
  const gtids = MutableGtidSet.parse(`${UUIDS[0]}:1-10,${UUIDS[1]}:1-10`)
  return judgeSystem({ ledger: { gtids, forgotten }, evidence: evidence(spoil), tables })
}

function without(text: string) {
  return ({ tables }: AuditedServer): Partial<AuditedServer> => {
    const executed = EXECUTED.minus(MutableGtidSet.parse(text))
    return { tables: { ...tables!, executed }, identities: [identity({ logged: executed })] }
  }
}

test('all that was acknowledged is on the source, and every row is the same: it passes, and says how much that was', () => {
  const sound = audit({})
  assert.deepEqual([sound.verdict, sound.source, sound.examined], ['pass', 'node2', 20])
  assert.equal(
    sound.detail,
    '20 acknowledged writes: each on the source node2, and lost on none of 3 servers; 30 rows in 4 tables the same on 3 servers',
  )
  assert.match(audit({}, TABLES, 7).detail, /^20 acknowledged writes; 7 older ones no longer known: /)
})

test('what the source lacks is lost, and who has it is said', () => {
  const lost = audit({ node2: without(`${UUIDS[0]}:7-8`) })
  assert.deepEqual([lost.verdict, lost.kinds], ['fail', ['diverged', 'gone-from-source']])
  assert.equal(
    lost.evidence[0],
    `acknowledged and not executed on the source node2: 2 transactions, ${UUIDS[0]}:7-8; some or all of it is on node1, node3`,
  )
  const nowhere = without(`${UUIDS[0]}:7-8`)
  assert.match(audit({ node1: nowhere, node2: nowhere, node3: nowhere }).evidence[0]!, /no server has any of it$/)
})

test('a replica that is behind has lost nothing; one that passed a transaction over has', () => {
  const behind = audit({ node3: without(`${UUIDS[1]}:9-10`) })
  assert.deepEqual([behind.verdict, behind.servers[2]!.state, behind.servers[2]!.lacks], ['pass', 'behind', 2])
  const passedOver = audit({ node3: without(`${UUIDS[1]}:4`) })
  assert.deepEqual([passedOver.verdict, passedOver.kinds], ['fail', ['gone-from-replica']])
})

test('rows that differ are named; where they could not be compared, nothing was shown of them', () => {
  const differing = [
    { table: 'testdb.users', node: 'node3', rows: 9, rowsOnSource: 10, lacks: ['7'], more: [], other: ['3', '4'] },
    { table: 'testdb.made', node: 'node1', rows: null, rowsOnSource: 1, lacks: [], more: [], other: [] },
  ]
  const differ = audit({}, { ...TABLES, differing })
  assert.deepEqual([differ.verdict, differ.kinds], ['fail', ['rows-differ']])
  assert.deepEqual(differ.evidence, [
    'testdb.users is not the same at the same transactions: 9 rows on node3, 10 rows on the source node2; node3 lacks 7; of other content 3; 4',
    'testdb.made is not the same at the same transactions: no such table on node1, 1 row on the source node2',
  ])
  const never = audit({}, { ...TABLES, why: 'there was no such moment' })
  assert.deepEqual([never.verdict, never.kinds, never.tables], ['unknown', ['rows-not-compared'], null])
})

test('without a source that answers it is undecided, and so is a system that has acknowledged nothing', () => {
  const away = () => ({ tables: null, unread: 'it was not read: no connection' })
  assert.deepEqual(audit({ node2: away }, null).kinds, ['unreadable'])
  assert.deepEqual(audit({ node1: away, node2: away, node3: away }, null).kinds, ['no-final-source'])
  const ledger = { gtids: new MutableGtidSet(), forgotten: 0 }
  assert.deepEqual(judgeSystem({ ledger, evidence: evidence(), tables: TABLES }).kinds, ['nothing-examined'])
})

test('a server that was set aside is named with what only it has, and that is no violation; one that follows so is', () => {
  const extras = MutableGtidSet.parse(`${UUIDS[0]}:11-12`)
  const diverged =
    (follows: boolean) =>
    ({ tables }: AuditedServer): Partial<AuditedServer> => ({
      tables: { ...tables!, executed: EXECUTED.union(extras), follows },
      identities: [identity({ logged: EXECUTED.union(extras) })],
    })
  const aside = audit({ node1: diverged(false) })
  assert.deepEqual(
    [aside.verdict, aside.servers[0]!.state, aside.servers[0]!.extras],
    ['pass', 'diverged', `${extras}`],
  )
  assert.deepEqual(audit({ node1: diverged(true) }).kinds, ['diverged'])
})
