/**
 * The command line: parse, call one function, print, set the exit code (cli-exit.ts). stdout carries results,
 * stderr everything else.
 */
import { completionScript } from './cli-completion.ts'
import { endingOf } from './cli-exit.ts'
import { COMMAND, print } from './cli-output.ts'
import { COMMANDS, type Handler, parser } from './cli-parser.ts'
import { UsageError } from './scenarios/errors.ts'
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

/** stdout could not take what was printed, and its reader is not just gone. */
let unprinted: Error | null = null

/** Whoever reads our output may leave early (`| head`), and a terminal may be closed: that is no failure of ours. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    const isReaderGone = error.code === 'EPIPE' || error.code === 'EIO' || error.code === 'ERR_STREAM_DESTROYED'
    // A full disk below stdout ends nothing: files may still be written, and the exit code says it.
    if (!isReaderGone && stream === process.stdout) unprinted ??= error
  })

function report(error: unknown): number {
  const { code, text } = endingOf(error, `${COMMAND} --help`)
  process.stderr.write(`${text}\n`)
  return code
}

// Thrown where nobody waits: whatever was started is taken along by those who listen for the end of the program.
process.on('uncaughtException', (error) => process.exit(report(error)))

process.exitCode = await main(process.argv.slice(2)).catch(report)
// Whatever is still open now (a socket that lingers) must not keep the program.
await print('')
if (unprinted !== null) process.exitCode = report(unprinted)
process.exit()
