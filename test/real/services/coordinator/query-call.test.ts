/** What `/query` promises, on real servers and across the death of a source. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { complete } from '../../../../scenarios/checks/linearizability/completed.ts'
import type { RegisterOperation } from '../../../../scenarios/checks/linearizability/register.ts'
import { search } from '../../../../scenarios/checks/linearizability/search.ts'
import { write } from '../../../scenarios/checks/linearizability/histories.ts'
import { test } from '../../../support/test.ts'
import { RunningSystem } from './running-system.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 180_000 } as const
const CLIENTS = 5

async function withSystem(body: (system: RunningSystem) => Promise<void>): Promise<void> {
  const system = await RunningSystem.start({ quorum: 'majority' })
  try {
    await system.until(async () => (await system.get('/status')).total_replicas === 3)
    await body(system)
  } finally {
    await system.stop()
  }
}

const nowUs = () => performance.now() * 1_000
const read = 'SELECT stock FROM products WHERE id = 1'

/** One row as a register, written and read by SQL; `kill` is called when a third has been done. */
async function register(system: RunningSystem, operations: number, kill: () => Promise<void>) {
  const first = await system.post('/query', { query: "INSERT INTO products (id, name, stock) VALUES (1, 'a', 0)" })
  assert.equal(first.success, true, JSON.stringify(first))
  const history: RegisterOperation[] = []
  const add = (kind: 'read' | 'write', value: number, startUs: number, certain: boolean) => {
    const endUs = certain ? nowUs() : Number.POSITIVE_INFINITY
    history.push({ kind, value, startUs, endUs, certain, operation: write(value, startUs, endUs) })
  }
  add('write', 0, 0, true)
  let next = 1
  let killed: Promise<void> | null = null
  const client = async (place: number) => {
    while (next <= operations) {
      const value = next++
      if (value >= operations / 3) killed ??= kill()
      const startUs = nowUs()
      if ((value + place) % 2 === 0) {
        const { success, data } = await system.post('/query', { query: read })
        if (success) add('read', (data as { stock: number }[])[0]!.stock, startUs, true)
      } else {
        const body = { query: 'UPDATE products SET stock = ? WHERE id = 1', parameters: [value] }
        const { success, outcome } = await system.post('/query', body)
        if (success || outcome === 'unknown') add('write', value, startUs, success === true)
      }
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, place) => client(place)))
  await killed
  return history
}

test(
  'STRONG statements are linearizable, whoever is the source meanwhile; SESSION shows its own writes',
  MYSQL,
  async () => {
    await withSystem(async (system) => {
      const before = await system.get('/status')
      const history = await register(system, 300, () => system.driver.kill('node1').then(() => {}))
      const found = search(complete(history), 5_000_000)
      assert.equal(found.kind, 'linearizable')
      const after = await system.get('/status')
      assert.ok(Number(after.epoch) > Number(before.epoch))
      assert.ok(history.filter(({ kind }) => kind === 'read').length > 50)
      // A read that can only be explained by a lost write is found: the check checks.
      const last = Math.max(...history.map(({ endUs }) => (Number.isFinite(endUs) ? endUs : 0)))
      const stale = { kind: 'read', value: 0, startUs: last + 1, endUs: last + 2, certain: true } as const
      const wrong = [...history, { ...stale, operation: write(0, last + 1, last + 2) }]
      assert.equal(search(complete(wrong), 5_000_000).kind, 'impossible')

      let token: unknown
      const servers = new Set<unknown>()
      for (let i = 0; i < 25; i++) {
        const session = token === undefined ? {} : { session_token: token }
        const wrote = await system.post('/query', {
          ...{ query: 'INSERT INTO users (name) VALUES (?)', parameters: [`own-${i}`], consistency: 'SESSION' },
          ...session,
        })
        assert.equal(wrote.success, true, JSON.stringify(wrote))
        const own = await system.post('/query', {
          ...{ query: 'SELECT COUNT(*) AS n FROM users', consistency: 'SESSION', session_token: wrote.session_token },
        })
        assert.deepEqual(own.data, [{ n: i + 1 }])
        servers.add(own.executed_on)
        token = own.session_token
      }
      const source = (after.current_master as { host: string }).host
      assert.ok(
        [...servers].some((server) => server !== source),
        'some replica was asked',
      )
    })
  },
)

test('an operation that is sent again is done once, across the death of the source', MYSQL, async () => {
  await withSystem(async (system) => {
    const send = (i: number) =>
      system.post('/query', {
        ...{ query: 'INSERT INTO users (name) VALUES (?)', parameters: [`name-${i}`] },
        operation_id: `operation-${i}`,
      })
    const persistently = async (i: number) => {
      for (;;) {
        const answer = await send(i)
        if (answer.success === true) return answer
        assert.notEqual(answer.outcome, undefined, JSON.stringify(answer))
        await sleep(50)
      }
    }
    const answers: Record<string, unknown>[] = []
    const client = async (place: number) => {
      for (let i = place; i < 200; i += CLIENTS) answers[i] = await persistently(i)
    }
    const all = Promise.all(Array.from({ length: CLIENTS }, (_, place) => client(place)))
    await system.until(async () => answers.filter((answer) => answer !== undefined).length >= 40)
    await system.driver.kill('node1')
    await all
    const count = { query: 'SELECT COUNT(*) AS n, COUNT(DISTINCT name) AS names FROM users' }
    assert.deepEqual((await system.post('/query', count)).data, [{ n: 200, names: 200 }])
    for (const i of [0, 39, 40, 41, 42, 43, 44, 199]) {
      const again = await send(i)
      assert.deepEqual(
        [again.success, again.insert_id, again.timestamp, again.rows_affected],
        [true, answers[i]!.insert_id, answers[i]!.timestamp, 1],
      )
    }
    assert.deepEqual((await system.post('/query', count)).data, [{ n: 200, names: 200 }])
    const reused = await system.post('/query', { query: 'DELETE FROM users', operation_id: 'operation-1' })
    assert.deepEqual([reused.success, reused.outcome], [false, 'failed'])
  })
})
