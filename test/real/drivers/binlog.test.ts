import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BinlogTransaction, binlogFiles, readBinlog } from '../../../real/drivers/binlog.ts'
import { lagSeries } from '../../../real/drivers/binlog-lag.ts'
import { test } from '../../support/test.ts'

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562'
const MAGIC = Buffer.from('fe62696e', 'hex')
const NOW_US = 1_795_464_000_123_456

function event(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(19)
  header[4] = type
  header.writeUInt32LE(19 + body.length, 9)
  return Buffer.concat([header, body])
}

function gtidEvent(number: number, immediateUs: number, originalUs: number | null): Buffer {
  const body = Buffer.alloc(42 + 7 + 7 + 4)
  Buffer.from(UUID.replaceAll('-', ''), 'hex').copy(body, 1)
  body.writeBigInt64LE(BigInt(number), 17)
  const put = (us: number, at: number, flag: number) => {
    body.writeUInt32LE(us % 2 ** 32, at)
    body.writeUIntLE(Math.floor(us / 2 ** 32) + flag, at + 4, 3)
  }
  put(immediateUs, 42, originalUs === null ? 0 : 0x80_0000)
  if (originalUs !== null) put(originalUs, 49, 0)
  return event(33, body)
}

async function withFile<T>(content: Buffer, body: (path: string, directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'quorumlab-binlog-'))
  try {
    const path = join(directory, 'binlog.000001')
    await writeFile(path, content)
    return await body(path, directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function transactionsOf(content: Buffer): Promise<BinlogTransaction[]> {
  const found: BinlogTransaction[] = []
  await withFile(content, (path) => readBinlog(path, (transaction) => found.push(transaction)))
  return found
}

test('a transaction keeps its GTID and both commit times to the microsecond', async () => {
  const found = await transactionsOf(
    Buffer.concat([
      MAGIC,
      gtidEvent(7, NOW_US + 1_500, NOW_US),
      event(16, Buffer.alloc(12)),
      gtidEvent(8, NOW_US, null),
    ]),
  )
  assert.deepEqual(found, [
    { gtid: { uuid: UUID, number: 7 }, immediateUs: NOW_US + 1_500, originalUs: NOW_US },
    { gtid: { uuid: UUID, number: 8 }, immediateUs: NOW_US, originalUs: null },
  ])
})

test('events of several megabytes and headers across reads are passed over without losing a transaction', async () => {
  const parts: Buffer[] = [MAGIC]
  for (let number = 1; number <= 40; number++) {
    parts.push(gtidEvent(number, NOW_US + number, NOW_US))
    parts.push(event(30, Buffer.alloc(number % 10 === 0 ? 2_500_000 + number : 65_521 + number)))
  }
  const found = await transactionsOf(Buffer.concat(parts))
  assert.deepEqual(
    found.map(({ gtid }) => gtid.number),
    Array.from({ length: 40 }, (_, i) => i + 1),
  )
})

test('a half-written last transaction is left out, wherever it was cut', async () => {
  const whole = Buffer.concat([MAGIC, gtidEvent(1, NOW_US, null)])
  const next = gtidEvent(2, NOW_US, null)
  for (let cut = 0; cut < next.length; cut++) {
    const found = await transactionsOf(Buffer.concat([whole, next.subarray(0, cut)]))
    assert.equal(found.length, 1, `cut after ${cut} bytes`)
  }
})

test('a file that is no binlog is refused, not read as an empty one', async () => {
  await assert.rejects(transactionsOf(Buffer.from('fd62696e0000', 'hex')), /not a plain binlog/)
})

test('files come in the order of their numbers, also past 999999', async () => {
  await withFile(MAGIC, async (path, directory) => {
    await writeFile(join(directory, 'binlog.1000000'), MAGIC)
    await writeFile(join(directory, 'binlog.999999'), MAGIC)
    await writeFile(join(directory, 'binlog.index'), '')
    const names = (await binlogFiles(directory)).map((file) => file.slice(directory.length + 1))
    assert.deepEqual(names, ['binlog.000001', 'binlog.999999', 'binlog.1000000'])
    assert.ok(path.endsWith(names[0]!))
  })
})

test('lag counts replicated transactions of the workload only, on the workload clock', async () => {
  const content = Buffer.concat([
    MAGIC,
    gtidEvent(1, NOW_US - 10, NOW_US - 500), // before the workload
    gtidEvent(2, NOW_US + 4_000, NOW_US + 1_000),
    gtidEvent(3, NOW_US + 5_000, null), // written here
  ])
  const series = await withFile(content, (path) => lagSeries('node2', [path], (wallUs) => wallUs - NOW_US))
  assert.deepEqual(series, { node: 'node2', commitUs: [1_000], lagUs: [3_000] })
})
