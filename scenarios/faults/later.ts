/**
 * How the schedule waits without knowing how its world does: a procedure yields what it waits for, and goes on when it
 * is there. The simulator answers most of it at once, real processes when they have been seen.
 */
export type Later<T> = (resume: (value: T) => void, fail: (error: Error) => void) => void

export type Procedure<T> = Generator<Later<unknown>, T, unknown>

export function already<T>(value: T): Later<T> {
  return (resume) => resume(value)
}

/** In a procedure: `const sight = yield* of(effect.look())`. */
export function* of<T>(later: Later<T>): Procedure<T> {
  return (yield later as Later<unknown>) as T
}

/** Runs it as far as it gets now; what it throws goes to `onFailure`. */
export function begin(procedure: Procedure<void>, onFailure: (error: Error) => void, onEnd?: () => void): void {
  const proceed = (next: () => IteratorResult<Later<unknown>, void>) => {
    let step: (() => IteratorResult<Later<unknown>, void>) | null = next
    // What is answered at once is gone on with here, so that a long procedure is no deep recursion.
    while (step !== null) {
      let waits: IteratorResult<Later<unknown>, void>
      try {
        waits = step()
      } catch (error) {
        onFailure(error as Error)
        return
      }
      if (waits.done === true) {
        onEnd?.()
        return
      }
      step = null
      let isHere = true
      const go = (on: () => IteratorResult<Later<unknown>, void>) => {
        if (isHere) step = on
        else proceed(on)
      }
      waits.value(
        (value) => go(() => procedure.next(value)),
        (error) => go(() => procedure.throw(error)),
      )
      isHere = false
    }
  }
  proceed(() => procedure.next())
}
