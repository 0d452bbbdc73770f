/** Threads for simulations, which are synchronous: while one runs, its thread hears nothing. */
import { Worker } from 'node:worker_threads'
import { startOf } from '../../scenarios/entries.ts'

/**
 * A simulation makes 6 kB of short-lived objects per operation. V8's young generation (three semi-spaces, 48 MB by
 * default) is collected whenever one semi-space is full; twice as large, it copies less of what is about to die.
 * `npm run bench` runs with the same: --max-semi-space-size=32.
 */
const YOUNG_GENERATION_MB = 96

export function startThread(source: URL, data: unknown): Worker {
  const { module, isTypeScript } = startOf(source)
  const options = { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } }
  if (!isTypeScript) return new Worker(module, options)
  // On Node 20 a new thread does not inherit tsx, so it brings its own and then loads the module that listens.
  const boot = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))})
    .then(({ register }) => { register(); return import(${JSON.stringify(module.href)}) })`
  return new Worker(boot, { ...options, eval: true })
}
