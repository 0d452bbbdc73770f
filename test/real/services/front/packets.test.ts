import assert from 'node:assert/strict'
import fc from 'fast-check'
import { lengthEncoded, PacketReader, PayloadReader, packet } from '../../../../real/services/front/packets.ts'
import { test } from '../../../support/test.ts'

test('packets come out whole and in order, however the stream is cut', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(payloads, fc.array(fc.nat(400), { maxLength: 12 }), (bodies, cuts) => {
      const sent = bodies.map((body, i) => packet(i, Buffer.from(body)))
      const stream = Buffer.concat(sent)
      const read: Buffer[] = []
      const reader = new PacketReader()
      let from = 0
      for (const cut of [...cuts, stream.length]) {
        const to = Math.min(stream.length, from + cut)
        reader.feed(stream.subarray(from, to), (bytes) => read.push(Buffer.from(bytes)))
        from = to
      }
      assert.deepEqual(Buffer.concat(read), stream)
      assert.deepEqual(
        read.map((bytes) => bytes[3]),
        sent.map((_, i) => i),
      )
    }),
  )
})

test('a length-encoded integer is read as it was written', () => {
  for (const value of [0, 1, 250, 251, 0xffff, 0x1_0000, 0xff_ffff, 0x100_0000, Number.MAX_SAFE_INTEGER])
    assert.equal(new PayloadReader(lengthEncoded(value)).integer(), value)
})

test('a payload that ends early reads as nothing', () => {
  const reader = new PayloadReader(Buffer.from([5, 1, 2]))
  assert.deepEqual(reader.lengthEncoded(), Buffer.from([1, 2]))
  assert.equal(reader.left, 0)
  assert.equal(reader.integer(), 0)
  assert.equal(reader.untilZero(), '')
})
