import type { Incident } from '../../scenarios/record.ts'
import { monotonicUs } from './driver.ts'

/**
 * Something outside quorumlab is missing or in the way: no mysqld, one that is too old, a port that is taken, a full
 * disk, a process that somebody killed. The cli prints the message alone (no stack) and exits with 3. The message says
 * what was looked for, what was found, and what to do about it.
 */
export class EnvironmentError extends Error {
  /** The message without lines and advice. */
  readonly what: string
  readonly particulars: Required<Particulars>

  constructor(what: string, options: ErrorOptions & Particulars = {}) {
    const { kind = 'refused', subject = 'harness', lastLines = [], advice = '', atUs = monotonicUs() } = options
    const lines =
      lastLines.length === 0 ? '' : `. Its last lines:\n${lastLines.map((line) => `  | ${line}`).join('\n')}`
    super(`${what}${lines}${advice === '' ? '' : `\n${advice}`}`, options)
    this.name = 'EnvironmentError'
    this.what = what
    this.particulars = { kind, subject, lastLines, advice, atUs }
  }
}

/** What a result says of it, where it ends a run. `atUs`: CLOCK_MONOTONIC, microseconds. */
type Particulars = Partial<Pick<Incident, 'kind' | 'subject' | 'lastLines' | 'advice' | 'atUs'>>

/**
 * What to do about a refusal of the operating system, by its code. Only codes that the world causes are here: a wrong
 * descriptor or argument (EBADF, EINVAL) would be our own mistake.
 */
const ADVICE: Readonly<Record<string, string>> = {
  ...alike(
    ['ENOSPC', 'EDQUOT', 'EFBIG'],
    'There is no room left: free some, or name another place (--out for results, --data-dir for the servers, XDG_CACHE_HOME and XDG_STATE_HOME for what quorumlab keeps).',
  ),
  ...alike(
    ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ENXIO', 'ENODEV', 'EBUSY'],
    'Name a place that this user may write to (--out for results, --data-dir for the servers, XDG_CACHE_HOME and XDG_STATE_HOME for what quorumlab keeps).',
  ),
  ...alike(
    ['EMFILE', 'ENFILE'],
    'Too many files may not be open at once: raise the limit (`ulimit -n 4096`) and try again.',
  ),
  ...alike(
    ['EAGAIN', 'ENOMEM'],
    'The machine gives no more processes or memory: end other programs, or raise the limits (`ulimit -u`, `ulimit -v`).',
  ),
  ...alike(['EIO', 'ESTALE'], 'The device below this place fails: look at the system log, and name another place.'),
  ...alike(
    ['EADDRINUSE', 'EADDRNOTAVAIL'],
    'Another program has this address: end it, or try again (free ports are found by themselves, unless --base-port names them).',
  ),
}

function alike(codes: readonly string[], advice: string): Record<string, string> {
  return Object.fromEntries(codes.map((code) => [code, advice]))
}

/** Codes whose reason is the machine's limits and not the place that was named. */
const RESOURCES = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'])

/** An EnvironmentError for any refusal of the operating system, whoever met it; null: it is a bug. */
export function asEnvironmentError(error: unknown): EnvironmentError | null {
  if (error instanceof EnvironmentError) return error
  const advice = adviceForRefusal(error)
  if (advice === null) return null
  const { code, message } = error as NodeJS.ErrnoException
  return new EnvironmentError(message, { cause: error, kind: isFull(code!) ? 'disk-full' : 'refused', advice })
}

function isFull(code: string): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** What can be done about a refusal of the operating system; null: this is none, or one that only a bug can cause. */
export function adviceForRefusal(error: unknown): string | null {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (!(error instanceof Error) || code === undefined || syscall === undefined) return null
  return ADVICE[code] ?? null
}

/**
 * A refusal by the operating system becomes an EnvironmentError that says what was being done; anything else stays as
 * it is. `advice` is about the place and does not help where the machine's limits are the reason.
 */
export function environmentErrorOf(error: unknown, doing: string, advice: string): unknown {
  const usual = adviceForRefusal(error)
  if (error instanceof EnvironmentError || usual === null) return error
  const { code, message } = error as NodeJS.ErrnoException
  return new EnvironmentError(`${doing} failed: ${message}.`, {
    cause: error,
    kind: isFull(code!) ? 'disk-full' : 'refused',
    advice: RESOURCES.has(code!) ? usual : advice,
  })
}
