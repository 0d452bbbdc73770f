/** The worlds in which `run` has its trials: the simulator, on threads, or servers of this machine. */
import { resolve } from 'node:path'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'
import type { Screen } from '../../reports/screen.ts'
import type { ProgressListener } from '../../scenarios/progress.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { SimulatedTrial } from '../../sim/host/simulate-in-worker.ts'
import { judgedTrial } from '../save-result.ts'
import type { Exports } from './exports.ts'

interface Local {
  readonly mysqld: string | undefined
  readonly dataDir: string | undefined
  readonly basePort: number | undefined
}

interface Simulated {
  readonly trials: number
  readonly jobs: number | undefined
  readonly exports: Exports
}

export interface World {
  /** In the order of their seeds. */
  trials(seeds: readonly number[]): AsyncIterable<SimulatedTrial>
  end(): Promise<void>
}

interface Audience {
  readonly screen: Screen
  readonly listener: Required<ProgressListener>
  readonly signal: AbortSignal
}

function announceTrial({ screen }: Audience, seeds: readonly number[], index: number): void {
  if (seeds.length > 1) screen.line(`  trial ${index + 1} of ${seeds.length}, seed ${seeds[index]}`)
}

/** On as many threads as asked for; each trial is told when those before it are. */
export async function simulated(scenario: Scenario, options: Simulated, audience: Audience): Promise<World> {
  const { SimulationThreads } = await import('../../sim/host/simulate-in-worker.ts')
  const { listener, signal } = audience
  const { history, hdr } = options.exports
  // A new thread costs some 0.75 s of imports and a slow first trial: more than one is for whoever asks for it.
  const threads = new SimulationThreads(Math.min(options.jobs ?? 1, options.trials))
  return {
    async *trials(seeds) {
      const onProgress = (done: number) => {
        const atUs = (done / seeds.length) * scenario.workload.durationUs
        listener.onProgress({ ...NO_COUNTS, phase: 'workload', atUs })
      }
      const withRecord = history !== undefined || hdr !== undefined
      let index = 0
      for await (const trial of threads.simulate(scenario, seeds, { withRecord, onProgress, signal })) {
        announceTrial(audience, seeds, index++)
        for (const event of trial.judged.record.events) listener.onEvent(event)
        yield trial
      }
    },
    end: () => threads.end(),
  }
}

export async function onServers(
  scenario: Scenario,
  outDir: string,
  options: Local,
  audience: Audience,
): Promise<World> {
  const world = await measured(scenario, outDir, options, audience)
  return {
    async *trials(seeds) {
      for (const [index, seed] of seeds.entries()) {
        if (audience.signal.aborted) return
        announceTrial(audience, seeds, index)
        const record = await world.run(seed)
        yield { judged: await judgedTrial(scenario, record), record }
      }
    },
    end: async () => {},
  }
}

/** Runs on local servers, a cluster of its own for each. */
export async function measured(
  scenario: Scenario,
  outDir: string,
  options: Local,
  audience: Audience,
): Promise<{ run(seed: number): Promise<RunRecord> }> {
  const { screen, listener, signal } = audience
  const { refuseUnsupported } = await import('../../real/faults/unsupported.ts')
  refuseUnsupported(scenario)
  const { createLocalDriver, portsFrom } = await import('../../real/drivers/local/local-driver.ts')
  const { runReal } = await import('../../real/run.ts')
  const local = {
    nodes: scenario.cluster.nodes,
    mysqld: options.mysqld,
    dataDirectory: options.dataDir,
    ports: portsFrom(options.basePort, scenario.cluster.nodes),
    extrasDirectory: resolve(outDir, 'extras'),
    onProgress: (line: string) => screen.line(`  ${line}`),
  }
  return {
    run: async (seed) =>
      runReal(scenario, { seed, outDir, signal, driver: await createLocalDriver(local), ...listener }),
  }
}

/** The simulator is too fast to be counted while it runs. */
const NO_COUNTS = { offered: 0, ok: 0, failed: 0, unknown: 0, p99Ms: null, lagMs: null, source: null, faults: [] }

/** Throws what the world did to a run, where it did something: a run of which only a part is known proves nothing. */
export function throwIncident({ incidents = [] }: RunRecord): void {
  const [first] = incidents
  if (first === undefined) return
  const { what, ...particulars } = first
  throw new EnvironmentError(what, particulars)
}
