/** Evidence on real servers: how often the same check fails there, and how often it passes with the sound form. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ownership, stateRoot } from '../../real/drivers/local/ownership.ts'
import { impossibleStep } from '../../real/faults/unsupported.ts'
import type { Screen } from '../../reports/screen.ts'
import type { Charge } from '../../scenarios/convict/charge.ts'
import { withForm, withSoundForm } from '../../scenarios/convict/evidence.ts'
import type { OnRealServers } from '../../scenarios/convict/ledger.ts'
import { scenarioOf } from '../../scenarios/file/load.ts'
import { isClairvoyant } from '../../scenarios/file/policy-names.ts'
import type { Written } from '../../scenarios/file/written.ts'
import { verdictOn } from '../../scenarios/judge.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { RunWorld, ServerWorld } from '../../scenarios/worlds.ts'
import type { RunOptions } from '../run/run.ts'
import { measured, throwIncident, worldOf } from '../run/worlds.ts'

interface Audience {
  readonly screen: Screen
  readonly signal: AbortSignal
}

type Options = Pick<RunOptions, 'mysqld' | 'dataDir' | 'basePort' | 'network'> & {
  readonly on: RunWorld
  readonly times: number
}

/** Null: it was told to stop. */
export async function measuredOn(
  evidence: Written,
  charge: Charge,
  options: Options,
  audience: Audience,
): Promise<OnRealServers | null> {
  const impossible = impossibleOnRealServers(evidence, charge, worldOf(options))
  if (impossible !== null) return impossible
  let mysql: string | null = null
  const count = async (written: Written, verdict: 'fail' | 'pass', form: string): Promise<number> => {
    const scenario = scenarioOf(written, charge.name)
    const records = await recordsOf(written, charge, options, audience)
    const verdicts = records.map((record) => verdictOn(charge.fails, scenario, record))
    mysql ??= records[0]?.mysqlVersion ?? null
    audience.screen.line(`  ${charge.name}, ${form}: ${charge.fails} ${verdicts.join(', ')}`)
    return verdicts.filter((one) => one === verdict).length
  }
  const reproduced = await count(withForm(evidence, charge), 'fail', 'as saved')
  const held = await count(withSoundForm(evidence, charge), 'pass', 'sound form')
  if (audience.signal.aborted) return null
  return { kind: 'measured', mysql: mysql ?? 'unknown', times: options.times, reproduced, held }
}

/** Null: real servers can do all of it. */
function impossibleOnRealServers(evidence: Written, charge: Charge, world: ServerWorld): OnRealServers | null {
  const { faults, algorithms } = scenarioOf(evidence, charge.name)
  const step = faults.find((one) => impossibleStep(one, world) !== null)
  if (step !== undefined) return { kind: 'impossible', verb: step.verb }
  return isClairvoyant(algorithms.election) ? { kind: 'impossible', verb: algorithms.election } : null
}

/** Fewer than asked for where it was told to stop. */
async function recordsOf(
  written: Written,
  { name }: Charge,
  options: Options,
  { screen, signal }: Audience,
): Promise<readonly RunRecord[]> {
  const scenario = scenarioOf(written, name)
  // Written down like a cluster's folders, so that a kill leaves nothing that the next start does not remove.
  const ownership = new Ownership(stateRoot())
  const folder = join(tmpdir(), `quorumlab-convict-${ownership.id}`)
  ownership.makeDirectory(folder)
  const listener = { onProgress: () => {}, onEvent: () => {} }
  const records: RunRecord[] = []
  try {
    while (records.length < options.times && !signal.aborted) {
      // A run listens to its signal for as long as the signal lives, so each has its own.
      const own = AbortSignal.any([signal])
      const world = await measured(scenario, folder, options, { screen, listener, signal: own })
      const record = await world.run(scenario.seed)
      throwIncident(record)
      if (!record.complete) break
      records.push(record)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    ownership.remove()
  }
  return records
}
