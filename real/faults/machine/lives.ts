/** The processes that have one name of a run, one after another, as this machine sees them. */
export interface Lives {
  /** Null: there is none now, or it cannot be seen from here. */
  pid(): number | null
  /** Calls back with each process that is there from now on: what lies under a process outlives it. */
  onStart(listener: (pid: number) => void): void
}

/** Who starts processes tells here of them. */
export class LifeBook {
  readonly #listeners = new Map<string, ((pid: number) => void)[]>()

  started(name: string, pid: number): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(pid)
  }

  of(name: string, pid: () => number | null): Lives {
    return {
      pid,
      onStart: (listener) => {
        this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener])
      },
    }
  }
}
