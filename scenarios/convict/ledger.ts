/**
 * What `convict` has found, as data: an entry for each charge. The table is made from it, so that a part of the charges
 * can be tried again, and what real servers showed is kept as long as the scenario that they showed it of.
 */
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { ScenarioError } from '../file/errors.ts'
import { complain } from '../file/schema-issues.ts'
import { parseYaml, readScenarioText } from '../file/yaml-source.ts'

export type OnRealServers =
  | {
      readonly kind: 'measured'
      readonly mysql: string
      /** So often it was run, with either form. */
      readonly times: number
      /** Runs in which the same check failed. */
      readonly reproduced: number
      /** Runs of the sound form in which it passed. */
      readonly held: number
    }
  /** It needs what cannot be done to real servers yet. */
  | { readonly kind: 'impossible'; readonly verb: string }
  | { readonly kind: 'not-run' }

export interface Entry {
  readonly name: string
  readonly foundAtSeed: number
  /** How the evidence's check failed. */
  readonly detail: string
  /** Of the saved scenario; see `fingerprintOf`. */
  readonly fingerprint: string
  readonly events: number
  /** Seeds under which the saved scenario convicts: the fewer, the more of it is luck. */
  readonly steady: { readonly seeds: number; readonly convicting: number }
  /** Checks that the sound form passed under the same faults, and those that could not decide. */
  readonly sound: { readonly passed: number; readonly undecided: number }
  /** Seeds of the charge's space with the sound form, and in how many of them the check failed or could not decide. */
  readonly soundSeeds: { readonly seeds: number; readonly failed: number; readonly undecided: number }
  readonly real: OnRealServers
}

const number = z.int('a whole number').min(0, 'a whole number, 0 or more')
const text = z.string('a line of text')
const real = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('measured'), mysql: text, times: number, reproduced: number, held: number }),
    z.strictObject({ kind: z.literal('impossible'), verb: text }),
    z.strictObject({ kind: z.literal('not-run') }),
  ],
  'measured, impossible or not-run',
)
const entry = z.strictObject({
  name: text,
  foundAtSeed: number,
  detail: text,
  fingerprint: text,
  events: number,
  steady: z.strictObject({ seeds: number, convicting: number }),
  sound: z.strictObject({ passed: number, undecided: number }),
  soundSeeds: z.strictObject({ seeds: number, failed: number, undecided: number }),
  real,
})
const ledgerSchema = z.strictObject({
  schema: z.literal('quorumlab.convictions/1', 'quorumlab.convictions/1 (a file that `convict` wrote)'),
  entries: z.array(entry, 'a list of entries'),
})

/** Empty where there is no file. Throws a ScenarioError with the place of a mistake. */
export function readLedger(file: string): readonly Entry[] {
  if (!existsSync(file)) return []
  const source = parseYaml(readScenarioText(file), file)
  const parsed = ledgerSchema.safeParse(source.data)
  if (!parsed.success) throw ScenarioError.ofAll(complain(parsed.error.issues, ledgerSchema, source))
  return parsed.data!.entries
}

export function ledgerText(entries: readonly Entry[]): string {
  return `${JSON.stringify({ schema: 'quorumlab.convictions/1', entries: sorted(entries) }, null, 2)}\n`
}

/** `entry` in the place of the one of its name; what real servers showed stays if it was shown of the same scenario. */
export function entered(entries: readonly Entry[], fresh: Entry): readonly Entry[] {
  const known = entries.find(({ name }) => name === fresh.name)
  const isSame = known?.fingerprint === fresh.fingerprint && fresh.real.kind === 'not-run'
  const kept = isSame ? { ...fresh, real: known.real } : fresh
  return sorted([...entries.filter(({ name }) => name !== fresh.name), kept])
}

function sorted(entries: readonly Entry[]): readonly Entry[] {
  return [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))
}
