/** Threads for simulations, which are synchronous: while one runs, its thread hears nothing. */
import { Worker } from 'node:worker_threads'

/** On Node 20 a new thread does not inherit tsx, so it brings its own and then loads the module that listens. */
export function startThread(module: URL, data: unknown): Worker {
  const boot = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))})
    .then(({ register }) => { register(); return import(${JSON.stringify(module.href)}) })`
  return new Worker(boot, { eval: true, workerData: data })
}
