import assert from 'node:assert/strict'
import { KeyLocks, type LockOwner } from '../../../sim/mysql/key-locks.ts'
import { test } from '../../support/test.ts'

class Owner implements LockOwner {
  waitsFor: number | null = null
  grants = 0
  granted(): void {
    this.grants++
  }
}

const owners = () => [new Owner(), new Owner(), new Owner()] as const

test('a lock goes to those who wait for it in the order in which they asked', () => {
  const locks = new KeyLocks()
  const [a, b, c] = owners()
  assert.equal(locks.take(1, a), 'taken')
  assert.equal(locks.take(1, b), 'wait')
  assert.equal(locks.take(1, c), 'wait')
  locks.release([1], a)
  assert.deepEqual([b.grants, b.waitsFor, c.grants, c.waitsFor], [1, null, 0, 1])
  locks.release([1], b)
  assert.equal(c.grants, 1)
  locks.release([1], c)
  assert.equal(locks.take(1, a), 'taken')
})

test('who would close a circle of waits is refused, and who only waits behind others is not', () => {
  const locks = new KeyLocks()
  const [a, b, c] = owners()
  locks.take(1, a)
  locks.take(2, b)
  locks.take(3, c)
  assert.equal(locks.take(2, a), 'wait')
  assert.equal(locks.take(3, b), 'wait')
  assert.equal(locks.take(1, c), 'deadlock')
  assert.equal(c.waitsFor, null)
  locks.release([3], c)
  assert.equal(b.grants, 1)
})

test('a circle through somebody who waits in front is one, too', () => {
  const locks = new KeyLocks()
  const [a, b, c] = owners()
  locks.take(1, a)
  locks.take(2, b)
  assert.equal(locks.take(1, b), 'wait')
  // c holds nothing: to wait behind b for a's lock closes nothing.
  assert.equal(locks.take(1, c), 'wait')
  assert.equal(locks.take(2, a), 'deadlock')
})

test('who waits no longer is passed over', () => {
  const locks = new KeyLocks()
  const [a, b, c] = owners()
  locks.take(1, a)
  locks.take(1, b)
  locks.take(1, c)
  locks.forget(b)
  locks.release([1], a)
  assert.deepEqual([b.grants, c.grants], [0, 1])
})
