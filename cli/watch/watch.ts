/** The `watch` command: the dashboard with one run on it, from a port of this machine, until Ctrl-C. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { WatchMessage } from '../../real/dashboard/recorded/run-so-far.ts'
import { loadScenario } from '../../scenarios/file/load.ts'
import { readResult } from '../../scenarios/file/read-result.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { EXIT } from '../exit.ts'
import { print, untilInterrupted } from '../output.ts'
import { begin, resultOf } from '../save-result.ts'
import { PageServer } from './page-server.ts'

interface WatchOptions {
  /** A result.json, its folder, or a scenario's file or name. */
  readonly run: string
  readonly seed: number | undefined
  /** 0: any free one. */
  readonly port: number
}

export async function watch({ run, seed, port }: WatchOptions): Promise<number> {
  const isResult = run.endsWith('.json') || existsSync(join(run, 'result.json'))
  const result = isResult ? readResult(run) : null
  const scenario = isResult ? null : loadScenario(run)
  const server = await PageServer.listen(port)
  const interrupt = untilInterrupted(() => {})
  const interrupted = new Promise<void>((resolve) => interrupt.signal.addEventListener('abort', () => resolve()))
  try {
    await print(`${server.address}  shows ${run} until Ctrl-C\n`)
    if (result !== null) server.say({ kind: 'result', result })
    if (scenario !== null) await simulated(scenario, seed ?? scenario.seed, interrupt.signal, server)
    await interrupted
    return EXIT.interrupted
  } finally {
    interrupt.release()
    await server.close()
  }
}

/** A simulation is faster than its own time, mostly: what it decides is told as it comes, and its result when it has ended. */
async function simulated(scenario: Scenario, seed: number, signal: AbortSignal, server: PageServer): Promise<void> {
  const { SimulationThreads } = await import('../../sim/host/simulate-in-worker.ts')
  const beginning = await begin()
  const { name, description, algorithms, cluster, workload } = scenario
  server.say({ kind: 'begin', scenario: { name, description, algorithms, cluster, workload }, seed })
  const onDecisions: (...said: Parameters<typeof decisions>) => void = (events, atUs) =>
    server.say(decisions(events, atUs))
  const threads = new SimulationThreads(1)
  try {
    for await (const { judged } of threads.simulate([{ scenario, seed }], { onDecisions, signal }))
      if (!signal.aborted) server.say({ kind: 'result', result: await resultOf(scenario, [judged], beginning) })
  } catch (error) {
    if (signal.aborted) return
    server.say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
    throw error
  } finally {
    await threads.end()
  }
}

function decisions(events: Extract<WatchMessage, { kind: 'decisions' }>['events'], atUs: number): WatchMessage {
  return { kind: 'decisions', events, atMs: atUs / 1000 }
}
