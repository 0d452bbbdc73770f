/**
 * The long seeds, which are hours of work and no part of `npm test`: 50,000 of swarm-sound and 5,000 of swarm-aimed.
 *
 *   npm run seeds                              all of them, as many at once as there are processors
 *   npm run seeds -- swarm-aimed --jobs 1      one swarm, in one thread
 *   npm run seeds -- --shard 1/2               every second chunk: the other half elsewhere
 *   npm run seeds -- --seeds 10000             fewer of each
 *   npm run seeds -- walk                      a coordinator hurt at every step of a failover (walk.ts)
 *
 * Chunks that have run are kept in out/seeds/ (or `--out DIR`), by the state of the code: started again, it goes on
 * where it ended. The table at the end is of all chunks there are. Exit code 1: a seed failed.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadSpace } from '../../scenarios/swarm/space.ts'
import { Tally } from '../../scenarios/swarm/tally.ts'
import { tallyText } from '../../scenarios/swarm/tally-text.ts'
import { FuzzThreads } from '../../sim/host/fuzz-threads.ts'
import { type Chunk, ChunkStore, chunksOf, fingerprintOf } from './chunks.ts'
import { WALKS, walk } from './walk.ts'

const LONG: readonly (readonly [swarm: string, seeds: number])[] = [
  ['swarm-sound', 50_000],
  ['swarm-aimed', 5_000],
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string' },
    jobs: { type: 'string', default: `${availableParallelism()}` },
    shard: { type: 'string', default: '1/1' },
    chunk: { type: 'string', default: '250' },
    out: { type: 'string' },
  },
})
const root = fileURLToPath(new URL('../../', import.meta.url))
const known = [...LONG.map(([swarm]) => swarm), 'walk']
const unknown = positionals.filter((name) => !known.includes(name))
if (unknown.length > 0) throw new Error(`expected ${known.join(' or ')}, found ${unknown}`)
const [part, of] = values.shard.split('/').map((text) => wholeNumber('shard', text))
const jobs = wholeNumber('jobs', values.jobs)
const size = wholeNumber('chunk', values.chunk)
const folder = values.out ?? join(root, 'out', 'seeds', fingerprintOf(root))
const store = new ChunkStore(folder)

let failing = 0
if (positionals.includes('walk')) {
  const seeds = values.seeds === undefined ? WALKS : wholeNumber('seeds', values.seeds)
  failing += walk({ folder, seeds, part: part!, of: of! })
}
for (const [swarm, all] of LONG) {
  if (positionals.length > 0 && !positionals.includes(swarm)) continue
  const seeds = values.seeds === undefined ? all : wholeNumber('seeds', values.seeds)
  const chunks = chunksOf(swarm, seeds, size)
  await runMissing(
    swarm,
    chunks.filter((_, i) => i % of! === part! - 1),
  )
  const tally = new Tally()
  for (const chunk of chunks) for (const outcome of store.read(chunk) ?? []) tally.add(outcome)
  failing += tally.failing
  console.log(`\n${swarm}: ${tally.seeds} of ${seeds} seeds\n${tallyText(tally, () => null)}\n`)
  for (const { first } of tally.groups)
    console.log(`  made small by  npx quorumlab fuzz ${swarm} --from ${first.seed} --seeds 1`)
}
process.exitCode = failing > 0 ? 1 : 0

async function runMissing(swarm: string, chunks: readonly Chunk[]): Promise<void> {
  const missing = chunks.filter((chunk) => store.read(chunk) === null)
  const threads = new FuzzThreads(loadSpace(swarm), jobs)
  const beganMs = performance.now()
  let failed = 0
  try {
    for (const [done, chunk] of missing.entries()) {
      const outcomes = await outcomesOf(threads, chunk)
      store.write(chunk, outcomes)
      failed += outcomes.filter(({ failures }) => failures.length > 0).length
      const left = missing.length - done - 1
      const minutesLeft = ((performance.now() - beganMs) / 60_000 / (done + 1)) * left
      const all = `${chunks.length - left} of ${chunks.length} chunks`
      console.error(`  ${swarm}: ${all}, ${failed} failed, about ${minutesLeft.toFixed(0)} min left`)
    }
  } finally {
    await threads.end()
  }
}

async function outcomesOf(threads: FuzzThreads, { from, seeds }: Chunk) {
  const outcomes: Parameters<Tally['add']>[0][] = []
  const numbers = Array.from({ length: seeds }, (_, i) => from + i)
  await threads.run(numbers.values(), (some) => outcomes.push(...some), new AbortController().signal)
  return outcomes.sort((a, b) => a.seed - b.seed)
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${option}: expected a whole number of 1 or more, found ${JSON.stringify(text)}`)
  return number
}
