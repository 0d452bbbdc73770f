/** Which command was meant, and what it ends with. */

import { UsageError } from '../scenarios/file/errors.ts'
import { suggestion } from '../scenarios/file/nearest.ts'
import { completionScript } from './completion.ts'
import type { Handler } from './local-options.ts'
import { print } from './output.ts'
import { COMMANDS, parser } from './parser.ts'

/** The exit code. Rejects with what ends the program otherwise. */
export async function main(words: readonly string[]): Promise<number> {
  const [command] = words
  if (command === 'completion') return print(completionScript())
  if (command !== undefined && !command.startsWith('-') && !COMMANDS.includes(command)) {
    const hint = suggestion(command, COMMANDS)
    throw new UsageError(`unknown command, expected one of ${COMMANDS.join(', ')}, found ${command}${hint}`)
  }
  let handler: Handler = async () => 0
  await parser(words, (chosen) => {
    handler = chosen
  }).parseAsync()
  return await handler()
}
