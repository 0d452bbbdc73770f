/** `npm run fuzz-http [-- --count 100000 --seed 1]`: many requests that nobody should send, to the services that act on nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzzSmallServices } from './small-services.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
const directory = mkdtempSync(join(tmpdir(), 'quorumlab-fuzz-'))
const began = performance.now()
try {
  await fuzzSmallServices(directory, Number(values.count), Number(values.seed), (service, statuses) => {
    const each = [...statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${times} x ${status}`)
    process.stdout.write(`${service.padEnd(12)} ${each.join(', ')}\n`)
  })
  process.stdout.write(`${values.count} requests in ${((performance.now() - began) / 1_000).toFixed(0)} s\n`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
