import assert from 'node:assert/strict'
import { connect, createServer, type Socket } from 'node:net'
import fc from 'fast-check'
import { failed } from '../../../algorithms/reasons/outcomes.ts'
import { MysqlConnection, type Work } from '../../../real/mysql/connection.ts'
import { DATA_SETUP } from '../../../real/mysql/data.ts'
import { type Exchange, step } from '../../../real/mysql/exchange.ts'
import { executePacket, packetLength, readInsertAnswer } from '../../../real/mysql/insert-packets.ts'
import { test } from '../../support/test.ts'
import { withCluster } from './test-cluster.ts'

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562'

function packet(...parts: readonly (readonly number[] | string)[]): Buffer {
  const payload = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  const header = Buffer.alloc(4)
  header.writeUIntLE(payload.length, 0, 3)
  header[3] = 1
  return Buffer.concat([header, payload])
}

test('every integer, negative ones and nulls included, goes into the packet as it is', () => {
  const value = fc.option(fc.maxSafeInteger())
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), fc.array(value, { minLength: 1, maxLength: 20 }), (id, values) => {
      const bytes = executePacket(id, values)
      assert.equal(packetLength(bytes), bytes.length)
      assert.deepEqual([bytes[3], bytes[4], bytes.readUInt32LE(5), bytes.readUInt32LE(10)], [0, 0x17, id, 1])
      let at = 14 + ((values.length + 7) >> 3) + 1 + 2 * values.length
      const read = values.map((_, i) => {
        if ((bytes[14 + (i >> 3)]! >> (i & 7)) & 1) return null
        at += 8
        return Number(bytes.readBigInt64LE(at - 8))
      })
      assert.deepEqual(read, values)
      assert.equal(at, bytes.length)
    }),
  )
})

test('a number that is no integer never reaches the server', () => {
  assert.throws(() => executePacket(1, [1.5]), /an integer goes into SQL, found 1.5/)
})

test('the gtid is found among the changes of a session, wherever it stands', () => {
  const gtid = `${UUID}:1234567`
  const change = [3, gtid.length + 2, 0, gtid.length]
  const other = [5, 2, 1, 0x31]
  const begin = [0, 1, 0xfc, 0x39, 0x30, 0x02, 0x40, 0, 0, 0]
  for (const before of [[], other]) {
    const answer = packet([...begin, before.length + gtid.length + 4], before, change, gtid)
    const found = { uuid: UUID, number: 1_234_567 }
    assert.deepEqual(readInsertAnswer(answer), { gtid: found, errno: 0, sqlState: '', message: '' })
  }
})

test('the gtid of a tagged transaction keeps its tag, and a number beyond 2^53-1 is none', () => {
  for (const [written, gtid] of [
    [`${UUID}:tag:7`, { uuid: `${UUID}:tag`, number: 7 }],
    [`${UUID}:9007199254740993`, null],
  ] as const) {
    const change = [3, written.length + 2, 0, written.length]
    const answer = packet([0, 1, 0xfc, 0x39, 0x30, 0x02, 0x40, 0, 0, 0, written.length + 4], change, written)
    assert.deepEqual(readInsertAnswer(answer).gtid, gtid)
  }
})

test('an answer without a gtid says so, and an error gives its number, its state and its text', () => {
  const none = { gtid: null, errno: 0, sqlState: '', message: '' }
  assert.deepEqual(readInsertAnswer(packet([0, 1, 0, 2, 0, 0, 0])), none)
  assert.deepEqual(readInsertAnswer(packet([0, 1, 0, 2, 0x40, 0, 0, 0, 4, 5, 2, 1, 0x31])), none)
  const error = packet([0xff, 0x26, 0x04], '#23000Duplicate entry')
  const answer = { gtid: null, errno: 1062, sqlState: '23000', message: 'Duplicate entry' }
  assert.deepEqual(readInsertAnswer(error), answer)
})

test('a packet has no length before it is there completely', () => {
  const whole = packet([0, 1, 0, 2, 0, 0, 0])
  for (let length = 0; length < whole.length; length++) assert.equal(packetLength(whole.subarray(0, length)), 0)
  assert.equal(packetLength(Buffer.concat([whole, whole])), whole.length)
})

/** What a variable is after `ahead` was sent in front of the question; the question has as many parameters. */
function* told(ahead: string, parameters: readonly number[]): Exchange<unknown> {
  const { result } = yield step(parameters.length === 0 ? 'SELECT @a' : 'SELECT @a WHERE ? = 7', parameters, ahead)
  return { kind: 'ok', reply: result }
}

test('an answer that arrives byte by byte is one answer, and texts and inserts take turns on a connection', {
  needs: 'mysql',
  deadlineMs: 60_000,
}, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    const { uuid } = await cluster.ok(0, { kind: 'probe' })
    const { host, port } = cluster.driver.nodes[0]!
    const sockets: Socket[] = []
    // One byte a turn of the event loop, in order: as slow as a network may be.
    const slow = createServer({ noDelay: true }, (near) => {
      const far = connect(port, host)
      sockets.push(near, far)
      for (const socket of [near, far]) socket.on('error', () => {})
      near.pipe(far)
      far.on('data', async (bytes: Buffer) => {
        far.pause()
        for (const byte of bytes) {
          near.write(Buffer.of(byte))
          await new Promise((resolve) => setImmediate(resolve))
        }
        far.resume()
      })
    })
    await new Promise<void>((resolve) => slow.listen(0, host, resolve))
    try {
      const endpoint = {
        host,
        port: (slow.address() as { port: number }).port,
        account: cluster.driver.accounts.client,
      }
      const connection = await new Promise<MysqlConnection>((resolve, reject) => {
        new MysqlConnection(endpoint, DATA_SETUP, resolve, (_, failure) => reject(new Error(failure.reason)))
      })
      const run = (statement: Work) =>
        new Promise<unknown>((resolve) =>
          connection.run(statement, 20_000, (failure, result) => resolve(failure ?? result)),
        )
      assert.deepEqual(await run([1, 7, null, null]), { uuid, number: 1 })
      assert.deepEqual(await run('SELECT op, ts_counter FROM quorumlab.operations'), [[1, null]])
      assert.deepEqual(await run([1, 7, 5, 1]), failed({ code: 'duplicate-operation', errno: 1062, sqlState: '23000' }))
      assert.deepEqual(await run([2, 7, 2 ** 53 - 1, 2]), { uuid, number: 2 })
      assert.deepEqual(await run('SELECT ts_counter, ts_server FROM quorumlab.operations WHERE op = 2'), [
        [2 ** 53 - 1, 2],
      ])
      // Sent ahead, its answer is dropped, and mysql2 gets what comes behind it: as a text and as a prepared statement.
      for (const parameters of [[], [7]])
        assert.deepEqual(await run(() => told('SET @a = 5', parameters)), { kind: 'ok', reply: [[5]] })
      assert.deepEqual(await run([3, 7, null, null]), { uuid, number: 3 })
      const wrong = await run(() => told('SET @@nosuch = 5', []))
      assert.equal((wrong as { readonly kind: string }).kind, 'unknown')
      assert.equal(connection.alive, false)
      connection.destroy()
    } finally {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => slow.close(resolve))
    }
  })
})
