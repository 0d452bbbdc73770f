/** The commands beside `run`. Each returns its exit code. */

import { explain } from '../scenarios/file/explain.ts'
import { libraryNames, listScenarios, loadScenario } from '../scenarios/file/load.ts'
import { print } from './output.ts'

export async function list(): Promise<number> {
  const width = Math.max(...libraryNames().map((name) => name.length))
  const firstSentence = (text: string) => text.split(/(?<=[.?])\s/)[0]
  const lines = listScenarios().map((one) => `${one.name.padEnd(width)}  ${firstSentence(one.description)}\n`)
  return print(lines.join(''))
}

export function explained(name: string): Promise<number> {
  return print(explain(loadScenario(name)))
}

export async function schema(): Promise<number> {
  const { scenarioJsonSchema } = await import('../scenarios/file/schema.ts')
  return print(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
}
