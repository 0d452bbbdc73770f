/**
 * Imported before a program of a planted tree: it dies when the process that started it is gone, even where that one
 * was killed and could tell nobody. A thread of its own looks, because the program may compute for long.
 */
import { Worker } from 'node:worker_threads'

const LOOK = `
  const { workerData: owner } = require('node:worker_threads')
  setInterval(() => {
    if (process.ppid !== owner) process.kill(process.pid, 'SIGKILL')
  }, 200)
`

new Worker(LOOK, { eval: true, execArgv: [], workerData: Number(process.env.QUORUMLAB_PARENT_ID) }).unref()
