/**
 * The command line: parse, call one function, print, set the exit code.
 *
 * Exit codes: 0 all checks and expectations hold; 1 one does not; 2 bad input or usage; 3 the environment lacks
 * something; 70 a bug; 130 interrupted. stdout carries results, stderr everything else.
 */
import { completionScript } from './cli-completion.ts'
import { BUG, COMMAND, print } from './cli-output.ts'
import { COMMANDS, type Handler, parser } from './cli-parser.ts'
import { EnvironmentError } from './real/drivers/environment-error.ts'
import { ScenarioError, UsageError } from './scenarios/errors.ts'
import { suggestion } from './scenarios/nearest.ts'

async function main(words: readonly string[]): Promise<number> {
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

/** Whoever reads our output may leave early (`| head`): that is no failure of ours. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

function report(error: unknown): number {
  if (error instanceof ScenarioError || error instanceof UsageError) {
    console.error(error.message)
    if (error instanceof UsageError) console.error(`See ${COMMAND} --help`)
    return 2
  }
  if (error instanceof EnvironmentError) {
    console.error(error.message)
    return 3
  }
  console.error(error)
  console.error('This is a bug in quorumlab.')
  return BUG
}

process.exitCode = await main(process.argv.slice(2)).catch(report)
// Whatever is still open now (a socket that lingers) must not keep the program.
await print('')
process.exit()
