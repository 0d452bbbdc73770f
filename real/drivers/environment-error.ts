/**
 * Something outside quorumlab is missing or in the way: no mysqld, one that is too old, a port that is taken, a full
 * disk. The cli prints the message alone (no stack) and exits with 3. The message says what was looked for, what was
 * found, and what to do about it.
 */
export class EnvironmentError extends Error {
  readonly exitCode = 3

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EnvironmentError'
  }
}

const NOT_OUR_DOING = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EMFILE', 'ENFILE'])

/** A refusal by the file system becomes an EnvironmentError that says what was being done; anything else stays as it is. */
export function environmentErrorOf(error: unknown, doing: string, advice: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof EnvironmentError || code === undefined || !NOT_OUR_DOING.has(code)) return error
  return new EnvironmentError(`${doing} failed: ${message}.\n${advice}`, { cause: error })
}
