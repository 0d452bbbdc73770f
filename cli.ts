/**
 * The command line: parse, call one function, print, set the exit code (cli/exit.ts). stdout carries results,
 * stderr everything else. What it does is in cli/main.ts, which is loaded when it is known that files can be opened.
 */
import { endingOf } from './cli/exit.ts'
import { LEAST_FILES, refuseFewFiles } from './real/drivers/local/file-limits.ts'

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
  const { code, text } = endingOf(error)
  process.stderr.write(`${text}\n`)
  return code
}

// Thrown where nobody waits: whatever was started is taken along by those who listen for the end of the program.
process.on('uncaughtException', (error) => process.exit(report(error)))

try {
  refuseFewFiles(LEAST_FILES)
  const { main } = await import('./cli/main.ts')
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = report(error)
}
// Whatever is still open now (a socket that lingers) must not keep the program; what was printed leaves first.
await new Promise((resolve) => process.stdout.write('', resolve))
if (unprinted !== null) process.exitCode = report(unprinted)
process.exit()
