/**
 * What convicts: the small scenario that was found, as a file for people and for `run`. Its expectation is that the
 * check fails, so that `run` ends with exit code 0 as long as it does.
 */
import { createHash } from 'node:crypto'
import { scenarioOf } from '../file/load.ts'
import { isMapping, overlay, type Written, writtenText } from '../file/written.ts'
import { promisedChecks } from '../swarm/promised-checks.ts'
import { type Charge, formOf, keptBy } from './charge.ts'

const ORDER = 'name description seed cluster algorithms unsafe workload liveness network tuning faults checks expect'

/** `small`: what the shrinker left, which fails. */
export function evidenceOf(charge: Charge, small: Written): Written {
  // What the shrinker left out because it is the default is what the conviction is about.
  const whole = overlay(small, keptBy(charge))
  const faults = inOrder((whole.faults as readonly Written[] | undefined) ?? [])
  const said: Written = { ...whole, faults, name: charge.name, description: charge.wrong, expect: expectedOf(charge) }
  return Object.fromEntries(
    ORDER.split(' ').flatMap((key) => {
      const value = said[key]
      const isNothing = value === undefined || (Array.isArray(value) && value.length === 0)
      return isNothing ? [] : [[key, value]]
    }),
  )
}

/** Steps that hang on operations in the order of those; every other step stays where it is. */
function inOrder(steps: readonly Written[]): readonly Written[] {
  const opOf = ({ after }: Written) => (isMapping(after) && typeof after.op === 'number' ? after.op : null)
  const sorted = steps.filter((step) => opOf(step) !== null).sort((a, b) => opOf(a)! - opOf(b)!)
  return steps.map((step) => (opOf(step) === null ? step : sorted.shift()!))
}

/** Steps, and the undo that a `for:` stands for. */
export function eventsOf({ faults = [] }: Written): number {
  return (faults as readonly Written[]).reduce((sum, step) => sum + (step.for === undefined ? 1 : 2), 0)
}

/** As a judge has to see it: with the charge's own expectation, and under the check that has to fail. */
export function withForm(evidence: Written, charge: Charge): Written {
  const { expect: _, ...rest } = evidence
  const limit = limitOf(charge)
  return limit === null ? rest : { ...rest, expect: { [charge.fails]: limit } }
}

/** The same schedule with the sound form, held to everything that is promised then. */
export function withSoundForm(evidence: Written, charge: Charge): Written {
  const sound = overlay(withForm(evidence, charge), charge.instead)
  const { algorithms, workload } = scenarioOf(sound, charge.name)
  const checks = new Set([...(sound.checks as readonly string[]), ...promisedChecks({ algorithms, workload })])
  // It asks for a liveness phase of its own.
  if (sound.liveness === undefined) checks.delete('live-after-healing')
  return { ...sound, checks: [...checks] }
}

/** Of what is run, not of how it is told and what is expected of it. */
export function fingerprintOf({ name: _, description: __, expect: ___, ...rest }: Written): string {
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 12)
}

export function evidenceText(evidence: Written, charge: Charge, foundAtSeed: number): string {
  const { behaviour, explanation, sound, file, instead } = charge
  const paragraphs = [
    behaviour,
    explanation,
    `The sound form: ${sound}`,
    `It is \`${saying(instead)}\` instead of \`${saying(formOf(charge.space, instead)!)}\`.`,
    `Found by seed ${foundAtSeed} of ${file}, made small and written by \`npx quorumlab convict ${charge.name}\`.`,
  ]
  const comment = paragraphs
    .map((text) =>
      wrapped(text, 110)
        .map((line) => `# ${line}\n`)
        .join(''),
    )
    .join('#\n')
  return `# yaml-language-server: $schema=../../schema.json\n${comment}\n${writtenText(evidence)}`
}

/** `algorithms: { timestamps: taas }`, as a line. */
export function saying(written: Written): string {
  return writtenText(written).trim().replaceAll('\n', ', ').replaceAll('[]', '[ ]')
}

function limitOf({ space, fails }: Charge): string | number | null {
  const expect = isMapping(space.expect) ? space.expect : {}
  return (expect[fails] as string | number | undefined) ?? null
}

const OPPOSITE: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
}

/** The failure, as something to be expected. */
function expectedOf(charge: Charge): Written {
  const limit = limitOf(charge)
  if (limit === null) return { [`checks.${charge.fails}`]: 'fail' }
  const [, op = '==', number] = /^(<=|>=|==|!=|<|>)?\s*(.+)$/.exec(`${limit}`.trim())!
  return { [charge.fails]: `${OPPOSITE[op]} ${number}`, checks: 'pass' }
}

/** Lines of at most `width` characters, cut between words. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
