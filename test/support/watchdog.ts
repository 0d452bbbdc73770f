/**
 * A deadline in the same thread cannot fire while a test spins in a loop that never yields, and a simulator is where
 * such loops happen. So a second thread knows which test is running and ends the process when it overstays.
 */
import { Worker } from 'node:worker_threads'

const GRACE_MS = 3_000

const SOURCE = `
const { parentPort } = require('node:worker_threads')
const { writeSync } = require('node:fs')
let timer
parentPort.on('message', (message) => {
  clearTimeout(timer)
  if (message === null) return
  timer = setTimeout(() => {
    writeSync(1, '\\n\\n' + message.text + '\\n\\n' + message.lastLine + '\\n')
    process.kill(process.pid, 'SIGKILL')
  }, message.limitMs)
})`

export class Watchdog {
  readonly #worker = new Worker(SOURCE, { eval: true, execArgv: [] })

  constructor() {
    this.#worker.unref()
  }

  /** `lastLine` is what the run's last line will be if this test never comes back. */
  enter(what: string, deadlineMs: number, lastLine: string): void {
    const text = `${what}\nblocked the thread for more than its deadline of ${deadlineMs} ms: a loop without end?`
    this.#worker.postMessage({ text, limitMs: deadlineMs + GRACE_MS, lastLine })
  }

  leave(): void {
    this.#worker.postMessage(null)
  }
}
