/** The processes of a local cluster, by name, one after another. */
import { LifeBook, type Lives } from '../../faults/machine/lives.ts'

export class LocalLives {
  readonly #serverPid: (name: string) => number | null
  readonly #book = new LifeBook()
  /** Of services. */
  readonly #pids = new Map<string, number>()

  /** `serverPid`: of a server's process now; null: it has none, or is no server. */
  constructor(serverPid: (name: string) => number | null) {
    this.#serverPid = serverPid
  }

  serviceStarted(name: string, pid: number): void {
    this.#pids.set(name, pid)
    this.#book.started(name, pid)
  }

  serverStarted(name: string): void {
    const pid = this.#serverPid(name)
    if (pid !== null) this.#book.started(name, pid)
  }

  of(name: string): Lives {
    return this.#book.of(name, () => this.#serverPid(name) ?? this.#pids.get(name) ?? null)
  }
}
