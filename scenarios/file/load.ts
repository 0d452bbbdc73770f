/** Scenario files: by path, or by their name in the library. A mistake in one is a ScenarioError with its place. */
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { Scenario } from '../scenario.ts'
import { type EmbeddedRun, readEmbedded } from './embedded.ts'
import { UsageError } from './errors.ts'
import { LIBRARY, libraryNames } from './library.ts'
import { suggestion } from './nearest.ts'
import { readScenario } from './read-scenario.ts'
import { sourceOfWritten, type Written } from './written.ts'
import { parseYaml, readScenarioText } from './yaml-source.ts'

export function parseScenario(text: string, file: string): Scenario {
  return readScenario(parseYaml(text, file), text)
}

/** What a file would say, as data: the same checks without the text. `name` stands in messages where the file would. */
export function scenarioOf(written: Written, name: string): Scenario {
  // JSON is YAML, and the swarm does this some thousand times a second.
  return readScenario(sourceOfWritten(written, name), JSON.stringify(written))
}

/** What the file of a scenario says, unjudged: `scenarioOf` judges it. `pathOrName` as for `loadScenario`. */
export function loadWritten(pathOrName: string): { readonly file: string; readonly written: Written } {
  const file = resolveFile(pathOrName)
  return { file, written: parseYaml(readEmbedded(file)?.text ?? readScenarioText(file), file).data }
}

/** `pathOrName`: a file, or the name of a scenario in the library. A result or a report stands for what it holds. */
export function loadScenario(pathOrName: string): Scenario {
  return loadRun(pathOrName).scenario
}

/** `again`: how it was run, where the file is a result or a report. */
export function loadRun(pathOrName: string): { readonly scenario: Scenario; readonly again: EmbeddedRun | null } {
  const file = resolveFile(pathOrName)
  const again = readEmbedded(file)
  const scenario = again === null ? parseScenario(readScenarioText(file), file) : parseScenario(again.text, again.file)
  return { scenario, again }
}

function resolveFile(pathOrName: string): string {
  const names = libraryNames()
  const inLibrary = (name: string) => {
    const path = join(LIBRARY, `${name}.yaml`)
    const near = relative(process.cwd(), path)
    return near.startsWith('..') ? path : near
  }
  if (names.includes(pathOrName)) return inLibrary(pathOrName)
  if (existsSync(pathOrName)) return pathOrName
  // `scenarios/primary-crash.yaml` is what people type for scenarios/library/primary-crash.yaml.
  const name = basename(pathOrName).replace(/\.ya?ml$/, '')
  if (basename(dirname(pathOrName)) === 'scenarios' && names.includes(name)) return inLibrary(name)
  throw new UsageError(
    `${pathOrName}: no such scenario, expected a file or one of ${names.join(', ')}, found neither${suggestion(name, names)}`,
  )
}
