/** Between the schedule's way of waiting and promises. */
import type { Later } from '../../scenarios/faults/later.ts'

export function promised<T>(work: Promise<T>): Later<T> {
  return (resume, fail) => {
    work.then(resume, (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))))
  }
}

export function asPromise<T>(later: Later<T>): Promise<T> {
  return new Promise((resolve, reject) => later(resolve, reject))
}
