/** An audit that cannot fail shows nothing: losses are planted on real servers, and each has to be found. */
import assert from 'node:assert/strict'
import { readFile, truncate } from 'node:fs/promises'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { collectEvidence } from '../../../real/audit/collect.ts'
import { createLocalDriver } from '../../../real/drivers/local/local-driver.ts'
import type { Claim } from '../../../scenarios/audit/evidence.ts'
import { judgeAudit } from '../../../scenarios/audit/judge-audit.ts'
import type { Audit } from '../../../scenarios/result-audit.ts'
import { test } from '../../support/test.ts'

const MARKER = '716c6162-0000-0001-0101-000000000000'

async function rowsOf(connection: Connection, sql: string): Promise<string[][]> {
  const [rows] = await connection.query<RowDataPacket[]>(sql)
  return rows as unknown as string[][]
}

async function run(connection: Connection, ...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await connection.query(statement)
}

/** As a replica would apply it: under the GTID that it has on its source. */
function applied(gtid: string, ...statements: readonly string[]): string[] {
  return [`SET gtid_next = '${gtid}'`, 'BEGIN', ...statements, 'COMMIT', "SET gtid_next = 'AUTOMATIC'"]
}

function insert(op: number): string {
  return `INSERT INTO quorumlab.operations (position, op, key_id, payload) VALUES (${op}, ${op}, 1, 'some text')`
}

test('a deleted row, a cut binlog, another content, an errant write: the audit of real servers finds each', {
  needs: 'mysql',
  deadlineMs: 60_000,
}, async () => {
  const driver = await createLocalDriver({ nodes: 2 })
  try {
    await driver.start()
    const [source, replica] = [await driver.connect('node1'), await driver.connect('node2')]
    const uuid = (await rowsOf(source, 'SELECT @@server_uuid'))[0]![0]!
    const epoch = `INSERT INTO quorumlab.epoch (epoch, k, member, base, source_uuid) VALUES (1, 1, 0, 0, '${uuid}')`
    for (const server of [source, replica])
      await run(server, 'SET GLOBAL super_read_only = OFF', ...applied(`${MARKER}:1`, epoch))
    const claims: Claim[] = []
    for (let op = 1; op <= 20; op++) {
      await run(source, insert(op))
      await run(replica, ...applied(`${uuid}:${op}`, insert(op)))
      claims.push({ op, rows: 1, consistency: 'STRONG', outcome: 'ok', gtid: { uuid, number: op } })
    }
    const audit = async (): Promise<Audit> => judgeAudit(claims, await collectEvidence(driver), new Set())

    const sound = await audit()
    assert.deepEqual([sound.verdict, sound.source, sound.examined], ['pass', 'node1', 20], sound.evidence.join('\n'))

    await run(source, 'SET sql_log_bin = 0', 'DELETE FROM quorumlab.operations WHERE op = 7', 'SET sql_log_bin = 1')
    const deleted = await audit()
    assert.deepEqual(deleted.kinds, ['gone-from-source'])
    assert.match(deleted.evidence[0]!, /^write 7 .*its GTID is executed, its row is missing on the last source node1/)
    await run(source, 'SET sql_log_bin = 0', insert(7), 'SET sql_log_bin = 1')

    // Twenty-one is told of, and on node2 it is another transaction.
    await run(source, insert(21))
    await run(replica, ...applied(`${uuid}:21`, insert(22)))
    claims.push({ op: 21, rows: 1, consistency: 'STRONG', outcome: 'ok', gtid: { uuid, number: 21 } })
    const other = await audit()
    assert.deepEqual(other.kinds, ['gone-from-replica', 'row-without-operation', 'same-gtid-other-content'])
    assert.ok(other.evidence.includes(`${uuid}:21 is operation 21 on node1, and operation 22 on node2`))

    await run(replica, 'CREATE TABLE testdb.written_by_hand (id INT PRIMARY KEY)')
    const errant = await audit()
    assert.ok(errant.kinds!.includes('errant'), errant.evidence.join('\n'))
    assert.match(errant.servers[1]!.errant, /:1$/)

    // A server that is down has its files, and of those the end is missing.
    await driver.kill('node1')
    const binlog = (await driver.identities('node1')).at(-1)!.binlogs.at(-1)!
    await truncate(binlog, (await readFile(binlog)).length - 10)
    const cut = await audit()
    assert.deepEqual([cut.servers[0]!.state, cut.servers[0]!.lacks], ['away', 1])
    for (const connection of [source, replica]) connection.destroy()
  } finally {
    await driver.stop()
  }
})
