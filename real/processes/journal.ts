/**
 * The durable log of a coordinator or timestamp server: one JSON line per record, on disk before the answer. It belongs to its
 * host, not to its process: one that is killed and started again reads what it had written.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { unknown } from '../../algorithms/reasons/outcomes.ts'
import type { JournalRequests, Outcome, RequestOf } from '../../algorithms/servers.ts'
import type { Pending } from '../../algorithms/world.ts'
import { type Callable, NOTHING_PENDING } from '../transport/callable.ts'
import { tellRefusal } from './child.ts'

/** Once nobody would call it any more, the garbage collector would close it under the process's feet, with a warning. */
const OPEN = new Set<FileHandle>()

export class Journal implements Callable {
  readonly #path: string
  readonly #file: FileHandle
  /** The end of the queue. Never rejects. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
    OPEN.add(file)
  }

  static async open(path: string): Promise<Journal> {
    const file = await open(path, 'a', 0o600)
    // Half a line is what a killed coordinator was writing when it died: never acknowledged, and in the way of the next.
    const whole = (await readFile(path)).lastIndexOf(0x0a) + 1
    await file.truncate(whole)
    return new Journal(path, file)
  }

  call(request: { readonly kind: string }, _deadlineUs: number, done: (outcome: Outcome<unknown>) => void): Pending {
    const typed = request as RequestOf<JournalRequests>
    this.#last = this.#last
      .then(() => (typed.kind === 'append' ? this.#append(typed.record) : this.#readAll()))
      .catch((error: Error): Outcome<unknown> => {
        // A full or failing disk: a run on it shows nothing, and the parent ends it.
        tellRefusal(error)
        return unknown({ code: 'journal-failed', message: error.message })
      })
      .then(done)
    return NOTHING_PENDING
  }

  close(): void {
    OPEN.delete(this.#file)
    this.#last.finally(() => this.#file.close())
  }

  async #append(record: object): Promise<Outcome<unknown>> {
    await this.#file.write(`${JSON.stringify(record)}\n`)
    await this.#file.datasync()
    return { kind: 'ok', reply: {} }
  }

  async #readAll(): Promise<Outcome<unknown>> {
    const lines = (await readFile(this.#path, 'utf8')).split('\n')
    const records = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as object)
    return { kind: 'ok', reply: { records } }
  }
}
