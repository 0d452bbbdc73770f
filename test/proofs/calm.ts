/** What must not be taken for the end of the source, fifty times each; and a pause beyond the bound, which must be. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Written } from '../../scenarios/file/written.ts'
import { healed, held } from './attempts.ts'
import { FAILOVERS, UNDER_LOAD } from './failovers.ts'
import { LargeTransaction } from './large-transaction.ts'
import { Late, type LiveCluster, Void } from './live-cluster.ts'
import type { Facts, Proof } from './proof.ts'

const TIMES = 50
const STALL_MS = 300
/** Before it wakes a server the schedule looks at it once more, for so long: nobody greets who sleeps. */
const LOOK_MS = 150
/** A machine that wakes it later has made another fault of it. */
const LATEST_MS = 350
const SLOW_MS = 3_000
/** Of a processor. */
const SLOW_SHARE = 0.2
const BUSY_LOOPS = 8
const BUSY_MS = 3_000
/** A failover that it caused has begun by then. */
const AFTERMATH_MS = 1_000

const { paused } = FAILOVERS.kinds

export const CALM: Proof = {
  says: 'no failover for what passes by itself, and one for what does not',
  scenario: UNDER_LOAD,
  kinds: {
    'stalled for 300 ms': {
      count: TIMES,
      expects: 'no failover',
      perform: stalled,
    },
    'slow under load': {
      count: TIMES,
      expects: 'no failover',
      perform: (live) => {
        const { source } = live.reign
        return passing(live, [{ at: '0s', slow: source, cpu: SLOW_SHARE }], SLOW_MS, [{ unslow: source }])
      },
    },
    'checkpoint with 100 MB': { count: TIMES, expects: 'no failover', perform: checkpointed },
    'eight busy loops': { count: TIMES, expects: 'no failover', perform: crowded },
    'paused beyond the bound': { ...paused!, count: TIMES },
  },
}

/** Woken by the schedule's own timer, not by a witness who first has to see it sleep. */
async function stalled(live: LiveCluster): Promise<Facts> {
  const mark = live.mark()
  const { source } = live.reign
  live.strike([
    { at: '0s', pause: source },
    { at: `${STALL_MS - LOOK_MS}ms`, resume: source },
  ])
  await held(live, mark, 1)
  const healedUs = await healed(live, mark)
  await live.sleep(AFTERMATH_MS)
  const lastedMs = (healedUs - live.since(mark).faults[0]!.atUs) / 1_000
  if (lastedMs > LATEST_MS) throw new Void(`it was stalled for ${lastedMs.toFixed(0)} ms`)
  return { lastedMs }
}

/** How many milliseconds the fault lasted by its witness is among the facts. */
async function passing(
  live: LiveCluster,
  hurt: readonly Written[],
  lastsMs: number,
  mend: readonly Written[],
): Promise<Facts> {
  const mark = live.mark()
  live.strike(hurt)
  await held(live, mark, hurt.length)
  await live.sleep(lastsMs)
  live.mend(hurt, mend)
  const healedUs = await healed(live, mark)
  await live.sleep(AFTERMATH_MS)
  return { lastedMs: (healedUs - live.since(mark).faults[0]!.witness.seenUs!) / 1_000 }
}

async function checkpointed(live: LiveCluster): Promise<Facts> {
  const transaction = await LargeTransaction.connect(live.endpointOf(live.reign.source))
  try {
    const facts = await transaction.commitAndCheckpoint()
    await live.sleep(AFTERMATH_MS)
    await live.converged()
    for (const node of live.nodes) await LargeTransaction.purge(live.endpointOf(node))
    return facts
  } catch (error) {
    // The source was moved away from under it.
    if ('sqlState' in (error as Error)) throw new Late((error as Error).message)
    throw error
  } finally {
    transaction.close()
  }
}

async function crowded(live: LiveCluster): Promise<Facts> {
  const loops = Array.from({ length: BUSY_LOOPS }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  )
  try {
    await live.sleep(BUSY_MS)
    return { running: loops.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).length }
  } finally {
    await Promise.all(loops.map(ended))
    await live.sleep(AFTERMATH_MS)
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const over = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await over
}
