/**
 * A charge: one behaviour of the original prototype, the space of scenarios in which `convict` hunts for a run that
 * shows what is wrong with it, and what the sound form says in its place. A file of `library/charges/` is a scenario as
 * `fuzz` takes it, with a `charge:` block.
 */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ScenarioError, UsageError } from '../file/errors.ts'
import { LIBRARY } from '../file/library.ts'
import { scenarioOf } from '../file/load.ts'
import { suggestion } from '../file/nearest.ts'
import { isMapping, overlay, type Written } from '../file/written.ts'
import { parseYaml, readScenarioText } from '../file/yaml-source.ts'

export interface Charge {
  readonly name: string
  readonly file: string
  /** What is convicted, in a few words. */
  readonly behaviour: string
  /** What goes wrong, in a line. */
  readonly wrong: string
  /** What it does, and why that is wrong. */
  readonly explanation: string
  /** What the sound form does in its place. */
  readonly sound: string
  /** The check, or the path of the expected number, that has to fail. */
  readonly fails: string
  /** What the sound form says, laid over a scenario. */
  readonly instead: Written
  /** The whole file without its `charge:` block. */
  readonly space: Written
}

const FOLDER = join(LIBRARY, 'charges')

export function chargeNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort()
}

/** All of them where none is named. Throws a UsageError at an unknown name, and what `loadCharge` throws. */
export function chargesNamed(names: readonly string[]): readonly Charge[] {
  const known = chargeNames()
  for (const name of names)
    if (!known.includes(name))
      throw new UsageError(
        `${name}: no such charge, expected one of ${known.join(', ')}, found none of that name${suggestion(name, known)}`,
      )
  return known.filter((name) => names.length === 0 || names.includes(name)).map(chargeOf)
}

function chargeOf(name: string): Charge {
  return loadCharge(join(FOLDER, `${name}.yaml`), `scenarios/library/charges/${name}.yaml`)
}

/** `shown`: the file's name in messages and in what is written. Throws a ScenarioError with the place of a mistake. */
export function loadCharge(path: string, shown: string = path): Charge {
  const source = parseYaml(readScenarioText(path), shown)
  const { charge, ...space } = source.data
  const scenario = scenarioOf(source.data, shown)
  const refuse = (at: readonly PropertyKey[], what: string, expected: string, found: string): never => {
    throw new ScenarioError(shown, source.placeOf(at), what, expected, found)
  }
  if (!isMapping(charge)) return refuse([], 'nothing to convict', 'a `charge:` block', 'none')
  const { behaviour, wrong, sound, fails, instead } = charge as unknown as Omit<Charge, 'name' | 'file' | 'space'>
  const numbers = Object.keys(isMapping(space.expect) ? space.expect : {}).filter((path) => !path.startsWith('checks'))
  const known = [...scenario.checks, ...numbers]
  if (!known.includes(fails))
    refuse(['charge', 'fails'], 'a charge that nothing judges', `one of ${known.join(', ')}`, fails)
  if (formOf(space, instead) === null)
    refuse(['charge', 'instead'], 'no other form', 'something that the file states otherwise', JSON.stringify(instead))
  scenarioOf(overlay(space, instead), `${shown} with what it says in \`instead:\``)
  const { name, description: explanation } = scenario
  return { name, file: shown, behaviour, wrong, explanation, sound, fails, instead, space }
}

/** What a small scenario still has to say: the form that it convicts, and the load that the file states. */
export function keptBy({ space, instead }: Charge): Written {
  const form = formOf(space, instead)!
  return isMapping(space.workload) ? { ...form, workload: space.workload } : form
}

/** What the charge's own form says where the sound form says something else; null: they say the same. */
export function formOf(space: Written, instead: Written): Written | null {
  const entries = Object.entries(instead).flatMap(([key, other]): [string, unknown][] => {
    const own = space[key]
    if (isMapping(other) && isMapping(own)) {
      const inner = formOf(own, other)
      return inner === null ? [] : [[key, inner]]
    }
    return own === undefined || JSON.stringify(own) === JSON.stringify(other) ? [] : [[key, own]]
  })
  return entries.length === 0 ? null : Object.fromEntries(entries)
}
