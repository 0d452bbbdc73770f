/** The worlds in which `run` has its trials: the simulator, on threads, or servers of this machine. */
import { resolve } from 'node:path'
import type { Driver } from '../../real/drivers/driver.ts'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'
import type { MachineNeeds } from '../../real/faults/machine/needs.ts'
import type { Screen } from '../../reports/screen.ts'
import type { ProgressListener } from '../../scenarios/progress.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import { coordinatorNames, type Scenario, timestampServerNames } from '../../scenarios/scenario.ts'
import type { RunWorld, ServerWorld } from '../../scenarios/worlds.ts'
import type { SimulatedTrial } from '../../sim/host/simulate-in-worker.ts'
import { serverWorld } from '../arguments.ts'
import type { ServerOptions } from '../local-options.ts'
import { judgedTrial } from '../save-result.ts'
import type { Exports } from './exports.ts'

interface OnServers extends ServerOptions {
  readonly on: RunWorld
}

interface Simulated {
  readonly jobs: number | undefined
  readonly exports: Exports
}

/** One of those that a command asks for. */
export interface AskedTrial {
  readonly scenario: Scenario
  readonly seed: number
  /** Where a real run keeps its files. */
  readonly folder: string
  /** Said before what happened in it; null: nothing, it is the only one. */
  readonly title: string | null
}

export interface World {
  /** In their order. */
  trials(asked: readonly AskedTrial[]): AsyncIterable<SimulatedTrial>
  end(): Promise<void>
}

interface Audience {
  readonly screen: Screen
  readonly listener: Required<ProgressListener>
  readonly signal: AbortSignal
}

function announce({ title }: AskedTrial, { screen }: Audience): void {
  if (title !== null) screen.line(`  ${title}`)
}

/** On as many threads as asked for; each trial is told when those before it are. */
export async function simulated(options: Simulated, audience: Audience): Promise<World> {
  const { SimulationThreads } = await import('../../sim/host/simulate-in-worker.ts')
  const { listener, signal } = audience
  const { history, hdr } = options.exports
  let threads: InstanceType<typeof SimulationThreads> | null = null
  return {
    async *trials(asked) {
      // A new thread costs its imports and a slow first trial: more than one is for whoever asks for it.
      threads = new SimulationThreads(Math.min(options.jobs ?? 1, asked.length))
      const { durationUs } = asked[0]!.scenario.workload
      const onProgress = (done: number) => {
        const atUs = (done / asked.length) * durationUs
        listener.onProgress({ ...NO_COUNTS, phase: 'workload', atUs })
      }
      const withRecord = history !== undefined || hdr !== undefined
      let index = 0
      for await (const trial of threads.simulate(asked, { withRecord, onProgress, signal })) {
        announce(asked[index++]!, audience)
        for (const event of trial.judged.record.events) listener.onEvent(event)
        yield trial
      }
    },
    end: async () => threads?.end(),
  }
}

/** What real servers cannot do in one of the scenarios is said before the first of them starts. */
export async function onServers(options: OnServers, audience: Audience): Promise<World> {
  const { refuseUnsupported } = await import('../../real/faults/unsupported.ts')
  return {
    async *trials(asked) {
      for (const { scenario } of asked) refuseUnsupported(scenario, worldOf(options), options.network)
      for (const trial of asked) {
        if (audience.signal.aborted) return
        announce(trial, audience)
        const { scenario, seed, folder } = trial
        const record = await (await measured(scenario, folder, options, audience)).run(seed)
        yield { judged: await judgedTrial(scenario, record), record }
      }
    },
    end: async () => {},
  }
}

export function worldOf({ on }: Pick<OnServers, 'on'>): ServerWorld {
  const world = serverWorld(on)
  if (world === undefined) throw new Error(`assertion: ${on} has no driver`)
  return world
}

/** Runs on real servers, a cluster of its own for each. */
export async function measured(
  scenario: Scenario,
  outDir: string,
  options: OnServers,
  audience: Audience,
): Promise<{ run(seed: number): Promise<RunRecord> }> {
  const { screen, listener, signal } = audience
  const { refuseUnsupported } = await import('../../real/faults/unsupported.ts')
  const { form, reason } = refuseUnsupported(scenario, worldOf(options), options.network)
  const { refuseIncapable } = await import('../../real/faults/capabilities.ts')
  await refuseIncapable(scenario, worldOf(options))
  if (form !== 'direct') screen.line(`  network: ${form}, ${reason}`)
  const { needsOf } = await import('../../real/faults/machine/needs.ts')
  const { runReal } = await import('../../real/run.ts')
  const common = {
    nodes: scenario.cluster.nodes,
    dataDirectory: options.dataDir,
    extrasDirectory: resolve(outDir, 'extras'),
    needs: needsOf(scenario),
    onProgress: (line: string) => screen.line(`  ${line}`),
  }
  const driver = await DRIVERS[worldOf(options)](scenario, { outDir, options, common })
  const { network } = options
  return {
    run: async (seed) => runReal(scenario, { seed, outDir, network, signal, driver: await driver(seed), ...listener }),
  }
}

interface Common {
  readonly nodes: number
  readonly dataDirectory: string | undefined
  readonly extrasDirectory: string
  readonly needs: MachineNeeds
  readonly onProgress: (line: string) => void
}

interface DriverSetup {
  readonly outDir: string
  readonly options: OnServers
  readonly common: Common
}

/** A cluster of its own for each seed. */
type NewDriver = (seed: number) => Promise<Driver>

/** Who owns the servers of each world. */
const DRIVERS: Readonly<Record<ServerWorld, (scenario: Scenario, setup: DriverSetup) => Promise<NewDriver>>> = {
  local: processes,
  docker: containers,
}

async function processes({ cluster }: Scenario, { options, common }: DriverSetup): Promise<NewDriver> {
  const { createLocalDriver, portsFrom } = await import('../../real/drivers/local/local-driver.ts')
  const ports = portsFrom(options.basePort, cluster.nodes)
  return () => createLocalDriver({ ...common, mysqld: options.mysqld, ports })
}

async function containers({ cluster }: Scenario, { outDir, common }: DriverSetup): Promise<NewDriver> {
  const { createDockerDriver } = await import('../../real/drivers/docker/docker-driver.ts')
  const services = [...timestampServerNames(cluster.timestampServers), ...coordinatorNames(cluster.coordinators)]
  return (seed) =>
    createDockerDriver({
      ...common,
      services,
      outDirectory: outDir,
      logDirectory: resolve(outDir, 'logs', String(seed)),
    })
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
