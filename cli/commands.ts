/** The commands beside `run`. Each returns its exit code. */

import { UsageError } from '../scenarios/file/errors.ts'
import { descriptionOf, libraryNames } from '../scenarios/file/library.ts'
import { print } from './output.ts'

export async function list(): Promise<number> {
  const width = Math.max(...libraryNames().map((name) => name.length))
  const firstSentence = (text: string) => text.split(/(?<=[.?])\s/)[0]
  return print(
    libraryNames()
      .map((name) => `${name.padEnd(width)}  ${firstSentence(descriptionOf(name))}\n`)
      .join(''),
  )
}

export async function explained(name: string): Promise<number> {
  const { explain } = await import('../scenarios/file/explain.ts')
  const { loadScenario } = await import('../scenarios/file/load.ts')
  return print(explain(loadScenario(name)))
}

export async function schema(of: string): Promise<number> {
  if (of === 'result') {
    const { resultSchemaText } = await import('../scenarios/file/result-schema.ts')
    return print(resultSchemaText())
  }
  if (of !== 'scenario') throw new UsageError(`expected scenario or result, found ${of}`)
  const { scenarioJsonSchema } = await import('../scenarios/file/schema.ts')
  return print(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
}
