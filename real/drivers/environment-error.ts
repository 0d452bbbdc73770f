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
