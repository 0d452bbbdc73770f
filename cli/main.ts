/** Which command was meant, and what it ends with. */

import { UsageError } from '../scenarios/file/errors.ts'
import { suggestion } from '../scenarios/file/nearest.ts'
import type { Handler } from './local-options.ts'
import { print } from './output.ts'
import { type Completions, commandsOf, parser } from './parser.ts'

/** How yargs is asked by a shell. */
const ASKS_FOR_WORDS = '--get-yargs-completions'

/** The exit code. Rejects with what ends the program otherwise. */
export async function main(words: readonly string[]): Promise<number> {
  const [command] = words
  if (command === 'completion') return print((await import('./completion.ts')).completionScript())
  let handler: Handler = async () => 0
  // yargs asks for words and does not wait for them; nobody else needs what they are made of.
  const completions: Completions = words.includes(ASKS_FOR_WORDS)
    ? (await import('./completion.ts')).completions
    : (_, __, defaults) => defaults()
  const choose = (chosen: Handler) => {
    handler = chosen
  }
  const parsing = parser(words, choose, completions)
  const commands = commandsOf(parsing)
  if (command !== undefined && !command.startsWith('-') && !commands.includes(command)) {
    const hint = suggestion(command, commands)
    throw new UsageError(`unknown command, expected one of ${commands.join(', ')}, found ${command}${hint}`)
  }
  await parsing.parseAsync()
  return await handler()
}
