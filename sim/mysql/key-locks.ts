/**
 * Row locks of a server's transactions, by key (InnoDB's exclusive ones, in one table): held from the statement that
 * takes them until the commit or the rollback, granted in the order in which they were asked for. Who would close a circle
 * of waits is refused at once, as InnoDB's deadlock detection does (it may pick another of the circle as its victim; which
 * one makes no difference to what the clients see). Who waits too long is refused as well.
 */

/** innodb_lock_wait_timeout, as the real servers' data connections set it. */
export const LOCK_WAIT_US = 1_000_000

/** Whoever takes locks. */
export interface LockOwner {
  /** The key that it waits for; null: it does not wait. Kept by the locks. */
  waitsFor: number | null
  /** It has the lock that it waited for. */
  granted(): void
}

interface KeyLock {
  holder: LockOwner
  readonly queue: LockOwner[]
}

export class KeyLocks {
  readonly #locks = new Map<number, KeyLock>()

  /** `wait`: `granted` follows, unless `forget` comes first. Not for a key that the owner holds already. */
  take(key: number, owner: LockOwner): 'taken' | 'wait' | 'deadlock' {
    const lock = this.#locks.get(key)
    if (lock === undefined) {
      this.#locks.set(key, { holder: owner, queue: [] })
      return 'taken'
    }
    if (this.#waitsForItself(lock, owner)) return 'deadlock'
    lock.queue.push(owner)
    owner.waitsFor = key
    return 'wait'
  }

  /** The owner waits no longer. */
  forget(owner: LockOwner): void {
    if (owner.waitsFor === null) return
    const { queue } = this.#locks.get(owner.waitsFor)!
    queue.splice(queue.indexOf(owner), 1)
    owner.waitsFor = null
  }

  /** The owner's transaction is over. */
  release(keys: readonly number[], owner: LockOwner): void {
    for (const key of keys) {
      const lock = this.#locks.get(key)
      if (lock?.holder !== owner) continue
      const next = lock.queue.shift()
      if (next === undefined) this.#locks.delete(key)
      else {
        lock.holder = next
        next.waitsFor = null
        next.granted()
      }
    }
  }

  /** Would everybody whom `owner` has to wait for, and whom those wait for, include itself? */
  #waitsForItself(lock: KeyLock, owner: LockOwner): boolean {
    const open = [lock.holder, ...lock.queue]
    const seen = new Set<LockOwner>()
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (one === owner) return true
      if (seen.has(one)) continue
      seen.add(one)
      if (one.waitsFor === null) continue
      const { holder, queue } = this.#locks.get(one.waitsFor)!
      open.push(holder, ...queue.slice(0, queue.indexOf(one)))
    }
    return false
  }
}
