/** The `replay` command: a saved failure once more, in the simulator to the last byte, or on real servers. */
import { join } from 'node:path'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'
import { Screen, styleOf } from '../../reports/screen.ts'
import { EventLines } from '../../reports/terminal-events.ts'
import { type FailureFile, readFailure } from '../../scenarios/file/failure-file.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { writtenText } from '../../scenarios/file/written.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { outcomeOf } from '../../scenarios/swarm/outcome.ts'
import { sizeText } from '../../scenarios/swarm/small-form.ts'
import type { RunWorld } from '../../scenarios/worlds.ts'
import { runWritten } from '../../sim/swarm.ts'
import { EXIT } from '../exit.ts'
import { claimFolder } from '../folder.ts'
import { storyOf } from '../fuzz/failures.ts'
import { refuseElsewhere, type ServerOptions } from '../local-options.ts'
import { print, untilInterrupted, version } from '../output.ts'
import { measured, throwIncident } from '../run/worlds.ts'
import { type Beginning, begin, judgedTrial, resultOf, saveResult } from '../save-result.ts'

interface ReplayOptions extends ServerOptions {
  readonly file: string
  readonly on: RunWorld
  readonly times: number
  readonly out: string | undefined
  readonly quiet: boolean
}

export async function replay(options: ReplayOptions): Promise<number> {
  refuseElsewhere(options.on, options)
  const failure = readFailure(options.file)
  // A mistake in the scenario is said before anything is started.
  const scenario = parseScenario(writtenText(failure.scenario), options.file)
  const folder = options.out ?? join('out', `replay-${failure.check}-${failure.seed}-${options.on}`)
  const release = claimFolder(folder)
  try {
    await print(
      `${failure.check} failed with seed ${failure.seed}: ${failure.detail}\n  ${sizeText(failure.scenario)}\n\n`,
    )
    return options.on === 'sim'
      ? await simulated(failure, scenario, folder)
      : await onServers(failure, scenario, folder, options)
  } finally {
    release()
  }
}

async function simulated(failure: FailureFile, scenario: Scenario, folder: string): Promise<number> {
  const beginning = await begin()
  const { record, outcome } = runWritten(failure.scenario, failure.seed, () => false)
  const again = outcome!.failures.find(({ check }) => check === failure.check)
  for (const line of again === undefined ? [] : storyOf(record, again)) await print(`  ${line}\n`)
  if (record !== null) await report(scenario, [record], beginning, folder)
  const sameCourse = outcome!.digest === failure.digest
  if (again !== undefined && sameCourse) {
    await print(`\nreproduced: ${failure.check} fails again, digest ${failure.digest ?? 'none'} as before\n`)
    return 0
  }
  const versions = version === failure.quorumlab ? '' : ` (saved by quorumlab ${failure.quorumlab}, this is ${version})`
  const course = sameCourse ? 'the digest is the same' : `digest ${outcome!.digest}, not ${failure.digest}`
  const verdict = again === undefined ? `${failure.check} does not fail` : `${failure.check} fails again`
  await print(`\nnot reproduced: ${verdict}, ${course}${versions}\n`)
  return 1
}

/** Real servers keep no schedule to the microsecond: how often it happens is the answer. */
async function onServers(
  failure: FailureFile,
  scenario: Scenario,
  folder: string,
  options: ReplayOptions,
): Promise<number> {
  const beginning = await begin()
  const screen = new Screen(process.stderr, options.quiet)
  const interrupt = untilInterrupted(() => screen.line('  stopping (once more to stop at once)'))
  const told = new EventLines(styleOf(process.stderr, process.env), false)
  const listener = {
    onProgress: () => {},
    onEvent: (event: Parameters<EventLines['add']>[0]) => {
      for (const line of told.add(event)) screen.line(line)
    },
  }
  let reproduced = 0
  let runs = 0
  const records: RunRecord[] = []
  let broken: { readonly error: unknown } | null = null
  try {
    const world = await measured(scenario, folder, options, { screen, listener, signal: interrupt.signal })
    for (; runs < options.times && !interrupt.signal.aborted; runs++) {
      const record = await world.run(failure.seed)
      for (const line of told.end()) screen.line(line)
      throwIncident(record)
      if (!record.complete) break
      records.push(record)
      const again = outcomeOf(scenario, record).failures.find(({ check }) => check === failure.check)
      if (again !== undefined) reproduced++
      await print(`  run ${runs + 1}: ${again === undefined ? `${failure.check} holds` : again.detail}\n`)
    }
  } catch (error) {
    if (!interrupt.signal.aborted) broken = { error }
  } finally {
    screen.close()
    interrupt.release()
  }
  if (records.length > 0) await report(scenario, records, beginning, folder)
  await print(`\nreproduced ${reproduced} of ${runs} on real servers\n`)
  if (interrupt.signal.aborted) return EXIT.interrupted
  if (broken !== null) throw broken.error
  return reproduced > 0 ? 0 : 1
}

/** The failure as a picture. Throws an EnvironmentError where it cannot be kept. */
async function report(
  scenario: Scenario,
  records: readonly RunRecord[],
  beginning: Beginning,
  folder: string,
): Promise<void> {
  const trials = await Promise.all(records.map((record) => judgedTrial(scenario, record)))
  const { reportPath, troubles } = await saveResult(folder, await resultOf(scenario, trials, beginning))
  await print(`\n  report  ${reportPath ?? 'none'}\n`)
  if (troubles.length > 0) throw new EnvironmentError(troubles.join('\n'))
}
