/**
 * Commands that are printed to be pasted: they work in the folder where they were printed, and in any other where that
 * is not the program's own. Every word is quoted for a POSIX shell.
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileWord, quoted } from '../reports/shell-words.ts'
import { libraryNames } from '../scenarios/file/library.ts'
import type { NetworkWish } from '../scenarios/worlds.ts'
import { COMMAND } from './exit.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
/** What Node runs without being told about TypeScript. */
export const ENTRY = resolve(ROOT, 'cli', 'quorumlab.js')

/** `npx quorumlab` in the program's own folder; elsewhere npx might ask the registry for another, so it is named in full. */
export function commandHere(): string {
  return process.cwd() === ROOT ? COMMAND : ['node', ENTRY].map(quoted).join(' ')
}

/** A name of the library is found from everywhere; a file is named so that the command still finds it. */
export function scenarioWord(pathOrName: string): string {
  if (libraryNames().includes(pathOrName)) return quoted(pathOrName)
  return process.cwd() === ROOT ? fileWord(pathOrName) : quoted(resolve(pathOrName))
}

/** `run` with everything that the user had chosen and a repetition depends on. */
export function replayLine(
  run: {
    readonly file: string
    readonly on: string
    readonly trials: number
    readonly expect: readonly string[]
    readonly mysqld: string | undefined
    readonly dataDir: string | undefined
    readonly basePort: number | undefined
    readonly network: NetworkWish | undefined
  },
  seed: number,
): string {
  const options = [
    ['on', run.on],
    ['seed', String(seed)],
    ['trials', run.trials === 1 ? undefined : String(run.trials)],
    ['mysqld', run.mysqld === undefined ? undefined : resolve(run.mysqld)],
    ['data-dir', run.dataDir],
    ['base-port', run.basePort === undefined ? undefined : String(run.basePort)],
    ['network', run.network],
    ...run.expect.map((text) => ['expect', text]),
  ].flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, quoted(value)]))
  return [commandHere(), 'run', scenarioWord(run.file), ...options].join(' ')
}
