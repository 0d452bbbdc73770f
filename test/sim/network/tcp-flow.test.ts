import assert from 'node:assert/strict'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { delayTable } from '../../../scenarios/chance/sampling.ts'
import { Kernel } from '../../../sim/kernel/kernel.ts'
import { SimProcess } from '../../../sim/kernel/process.ts'
import { Link } from '../../../sim/network/link.ts'
import { test } from '../../support/test.ts'

/** A TCP link of 1 ms that loses everything, until it is told otherwise; what arrives, with its time in milliseconds. */
function lossy() {
  const kernel = new Kernel(new RandomStreams(1))
  const { queue } = kernel
  const link = new Link(
    kernel,
    new SimProcess('a', 0),
    new SimProcess('b', 1),
    delayTable({ kind: 'constant', us: 1_000 }),
  )
  const arrived: string[] = []
  const send = (what: string, connection: object | null = null) =>
    link.send((sent) => arrived.push(`${sent} ${queue.now / 1000}`), what, connection)
  const lose = () => link.troubles.push({ kind: 'lose', ratio: 1 })
  const heal = () => link.troubles.splice(0)
  const run = (untilMs: number) => queue.run(untilMs * 1000)
  lose()
  return { link, arrived, send, lose, heal, run }
}

test('a retransmission that is due after the heal arrives', () => {
  const { arrived, send, heal, run } = lossy()
  send('first')
  // Sent again at 200, 600, 1400 and 3000 ms.
  run(2_000)
  assert.deepEqual(arrived, [])
  heal()
  run(10_000)
  assert.deepEqual(arrived, ['first 3001'])
})

test('a lost segment holds up what was sent after it on its connection, also what was sent after the heal', () => {
  const { arrived, send, heal, run } = lossy()
  send('first')
  run(100)
  heal()
  send('second')
  run(150)
  assert.deepEqual(arrived, [])
  send('third')
  run(1_000)
  assert.deepEqual(arrived, ['first 201', 'second 201', 'third 201'])
  send('fourth')
  run(2_000)
  assert.equal(arrived[3], 'fourth 1001')
})

test('another connection is not held up by it', () => {
  const { arrived, send, heal, run } = lossy()
  send('old', { connection: 1 })
  run(1_000)
  heal()
  send('new', { connection: 2 })
  run(10_000)
  assert.deepEqual(arrived, ['new 1001', 'old 1401'])
})

test('a retransmission that is due while the link is cut is sent at the heal, before what was sent meanwhile', () => {
  const { link, arrived, send, heal, run } = lossy()
  send('first')
  run(100)
  heal()
  link.cut()
  send('second')
  run(5_000)
  assert.deepEqual(arrived, [])
  link.heal()
  run(10_000)
  assert.deepEqual(arrived, ['first 5001', 'second 5001'])
})
