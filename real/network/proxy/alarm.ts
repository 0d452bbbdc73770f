/**
 * A timer for fractions of a millisecond. Node's own has whole ones, and links take 0.2 ms: a thread sleeps in the kernel
 * until the time has come and says so. Waiting costs nothing; late by a tenth of a millisecond on a quiet machine.
 */
import { Worker } from 'node:worker_threads'

/** Where the two threads meet: how often it was set, and for how long. */
const SET = 0
const WAIT_OFFSET = 8
const SHARED_BYTES = 16
/** What it takes to wake the other thread and to be told by it: taken off. */
const WAY_MS = 0.05

/** Sleeps again from the start whenever it is set meanwhile. */
const SLEEPER = `
const { parentPort, workerData } = require('node:worker_threads')
const set = new Int32Array(workerData, 0, 1)
const wait = new Float64Array(workerData, ${WAIT_OFFSET}, 1)
let seen = 0
for (;;) {
  Atomics.wait(set, 0, seen)
  seen = Atomics.load(set, 0)
  while (Atomics.wait(set, 0, seen, wait[0]) !== 'timed-out') seen = Atomics.load(set, 0)
  parentPort.postMessage(0)
}
`

export class Alarm {
  readonly #set: Int32Array
  readonly #wait: Float64Array
  readonly #sleeper: Worker
  #dueMs = Number.POSITIVE_INFINITY

  constructor(ring: () => void) {
    const shared = new SharedArrayBuffer(SHARED_BYTES)
    this.#set = new Int32Array(shared, 0, 1)
    this.#wait = new Float64Array(shared, WAIT_OFFSET, 1)
    this.#sleeper = new Worker(SLEEPER, { eval: true, execArgv: [], workerData: shared })
    this.#sleeper.unref()
    this.#sleeper.on('message', () => {
      this.#dueMs = Number.POSITIVE_INFINITY
      ring()
    })
  }

  /** Rings at `dueMs` (performance.now()) or earlier: whoever is rung for nothing sets it again. */
  cover(dueMs: number): void {
    if (dueMs >= this.#dueMs) return
    this.#dueMs = dueMs
    this.#wait[0] = Math.max(0, dueMs - performance.now() - WAY_MS)
    Atomics.add(this.#set, SET, 1)
    Atomics.notify(this.#set, SET)
  }

  async stop(): Promise<void> {
    await this.#sleeper.terminate()
  }
}
