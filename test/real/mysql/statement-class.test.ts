import assert from 'node:assert/strict'
import type { ClassName } from '../../../real/mysql/digest-class.ts'
import { ConnectionPool } from '../../../real/mysql/pool.ts'
import { SQL_READ_SETUP } from '../../../real/mysql/sql.ts'
import { StatementClassifier, sqlClassOf } from '../../../real/mysql/statement-class.ts'
import { test } from '../../support/test.ts'
import { STATEMENTS } from './statements.ts'
import { withCluster } from './test-cluster.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 60_000 } as const
const ALL = Object.entries(STATEMENTS).flatMap(([name, texts]) =>
  texts.map((text) => [name as ClassName, text] as const),
)

async function withClassifier(
  nodes: number,
  body: (classifier: StatementClassifier, cluster: Parameters<Parameters<typeof withCluster>[1]>[0]) => Promise<void>,
): Promise<void> {
  await withCluster(nodes, async (cluster) => {
    const { nodes: members, accounts } = cluster.driver
    const pools = members.map(
      ({ host, port }) => new ConnectionPool({ host, port, account: accounts.client }, SQL_READ_SETUP, 4),
    )
    try {
      await body(new StatementClassifier({ pools, deadlineUs: 2_000_000 }), cluster)
    } finally {
      for (const pool of pools) pool.close()
    }
  })
}

test('what a statement does is what MySQL makes of it, asked and remembered', MYSQL, async () => {
  assert.ok(ALL.length >= 60)
  await withClassifier(1, async (classifier) => {
    for (const [name, text] of [...ALL, ...ALL]) {
      const found = await classifier.classify(text)
      assert.equal(found.class, name, `${text}: ${found.reason}`)
    }
    const { why } = await classifier.classify('SELECT 1; SELECT 2')
    assert.ok(why?.code === 'statement-refused' && why.errno === 1064 && /near 'SELECT 2'/.test(why.message))
    const placeholder = await classifier.classify('SELECT name FROM users WHERE id = ?')
    assert.ok(placeholder.why?.code === 'statement-refused')
    const values = await classifier.classify("SELECT name FROM users WHERE id = ? AND name <> 'what?' LIMIT ?", true)
    assert.equal(values.class, 'read')
    assert.equal((await classifier.classify('UPDATE users SET name = ? WHERE id = ?', true)).class, 'write')
    assert.equal((await classifier.classify('SELECT 1 --? INTO @x', true)).class, 'session')
    assert.deepEqual(sqlClassOf(values), 'read')
    assert.deepEqual(sqlClassOf(await classifier.classify('BEGIN')), {
      refused: 'a transaction statement: it begins or ends a transaction',
    })
  })
})

test(
  'a statement too long to be judged whole counts as a write; one that only repeats values does not',
  MYSQL,
  async () => {
    await withClassifier(1, async (classifier) => {
      const columns = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`).join()
      assert.equal((await classifier.classify(`SELECT ${columns(1_000)} FROM users`)).class, 'read')
      for (const end of ['', ' FOR UPDATE', ' INTO @x'])
        assert.equal((await classifier.classify(`SELECT ${columns(20_000)} FROM users${end}`)).class, 'write')
      const values = Array.from({ length: 50_000 }, (_, i) => i).join()
      assert.equal((await classifier.classify(`SELECT id FROM users WHERE id IN (${values})`)).class, 'read')
      assert.equal((await classifier.classify(`SET @x = '${'x'.repeat(200_000)}'`)).class, 'session')
    })
  },
)

test('any server that answers is asked; without one, what was asked before is still known', MYSQL, async () => {
  await withClassifier(2, async (classifier, cluster) => {
    await cluster.driver.kill('node1')
    assert.equal((await classifier.classify("SELECT 1, 'a'")).class, 'read')
    await cluster.driver.kill('node2')
    assert.equal((await classifier.classify("SELECT 2, 'b'")).class, 'read')
    const asked = await classifier.classify("SELECT 2, 'b' FROM users")
    assert.deepEqual([asked.class, asked.why?.code], ['refused', 'connection-refused'])
  })
})
