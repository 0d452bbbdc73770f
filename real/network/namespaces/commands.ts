/** Programs of the system that make and change networks: `ip`, `iptables`, `tc`. What they refuse is the machine's word. */
import { execFile, spawnSync } from 'node:child_process'
import { EnvironmentError } from '../../drivers/environment-error.ts'

const DEADLINE_MS = 20_000
const MOST_OUTPUT_BYTES = 1 << 24

/** In front of a program that must not go on making things for a harness that was killed: the next start may have swept by then. */
const ENDS_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--']

/** Settles with what it printed. `input`: what it reads. */
export function command(words: readonly string[], input = ''): Promise<string> {
  const [program, ...rest] = [...ENDS_WITH_US, ...words]
  return new Promise((resolve, reject) => {
    const options = { timeout: DEADLINE_MS, maxBuffer: MOST_OUTPUT_BYTES }
    const child = execFile(program!, rest, options, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new CommandRefused(words, stderr.trim() || error.message, error)),
    )
    // It may end before it has read everything; its exit code says why.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** For the end of the program, when nothing can be waited for. */
export function commandNow(words: readonly string[]): string {
  const [program, ...rest] = words
  const { status, stdout, stderr, error } = spawnSync(program!, rest, { timeout: DEADLINE_MS, encoding: 'utf8' })
  if (status === 0) return stdout
  throw new CommandRefused(words, error?.message ?? stderr.trim(), error)
}

/** A program did not do what it was asked for. */
export class CommandRefused extends EnvironmentError {
  /** What it said itself. */
  readonly said: string

  constructor(words: readonly string[], said: string, cause: unknown) {
    super(`\`${words.join(' ')}\` failed: ${said}`, {
      cause,
      advice: 'Without namespaces of the network: --network proxy.',
    })
    this.said = said
  }
}
