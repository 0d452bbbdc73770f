/** Saved evidence before the judge once more: does it still convict, and does the sound form pass under the same faults? */
import { type Charge, keptBy } from '../scenarios/convict/charge.ts'
import { withForm, withSoundForm } from '../scenarios/convict/evidence.ts'
import { scenarioOf } from '../scenarios/file/load.ts'
import type { Written } from '../scenarios/file/written.ts'
import { judgeChecks, verdictOn } from '../scenarios/judge.ts'
import type { Verdict } from '../scenarios/result.ts'
import { type Accusation, convicts, runWritten } from './swarm.ts'

export function accusationOf(charge: Charge): Accusation {
  return { check: charge.fails, instead: charge.instead, keep: keptBy(charge) }
}

/** Under so many seeds small evidence is tried: what only one of them shows is luck, and gone with the next change. */
export const STEADY_SEEDS = 20

/** Of the seeds from 0, those under which it convicts. */
export function convictingSeeds(evidence: Written, charge: Charge): readonly number[] {
  const written = withForm(evidence, charge)
  const accusation = accusationOf(charge)
  return Array.from({ length: STEADY_SEEDS }, (_, seed) => seed).filter((seed) =>
    convicts({ written: { ...written, seed }, seed }, accusation, () => false),
  )
}

interface Trial {
  /** Null: the check does not fail. */
  readonly failure: string | null
  /** The same check with the sound form. */
  readonly sound: Verdict
  /** What is promised with the sound form, by verdict: names and what was found. */
  readonly promised: Readonly<Record<Verdict, readonly string[]>>
}

export function tryEvidence(evidence: Written, charge: Charge): Trial {
  const { seed } = scenarioOf(evidence, charge.name)
  const { outcome } = runWritten(withForm(evidence, charge), seed, () => false)
  const failure = outcome!.failures.find(({ check }) => check === charge.fails) ?? null
  const { scenario, record } = runWritten(withSoundForm(evidence, charge), seed, () => false)
  const checks = record === null ? [] : judgeChecks(scenario, record)
  const such = (verdict: Verdict) =>
    checks.filter((check) => check.verdict === verdict).map(({ name, detail }) => `${name}: ${detail}`)
  return {
    failure: failure?.detail ?? null,
    sound: record === null ? 'unknown' : verdictOn(charge.fails, scenario, record),
    promised: { pass: such('pass'), fail: such('fail'), unknown: such('unknown') },
  }
}
