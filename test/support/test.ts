/**
 * The one way to declare a test:
 *
 *   test('a title that is a promise', () => { ... })
 *   test('it survives kill -9', { needs: 'mysql', deadlineMs: 60_000 }, async () => { ... })
 *
 * Declaring only fills a list; `runner.ts` runs it. There are no hooks and there is no `only`: a test that needs
 * something sets it up itself and releases it in `finally`, where a reader sees it.
 */
import type { Need } from './needs.ts'

interface TestOptions {
  /** Skipped, and said so, on machines without one of them; with QUORUMLAB_NO_SKIP=1 its absence is a failure. */
  readonly needs?: Need | readonly Need[]
  /** After this the test has failed, even where its promise never settles. */
  readonly deadlineMs?: number
}

type TestBody = () => unknown

export interface DeclaredTest {
  readonly file: string
  readonly title: string
  readonly body: TestBody
  readonly needs: readonly Need[]
  readonly deadlineMs: number
}

const DEADLINE_MS = 10_000

let openFile: string | null = null
let declared: DeclaredTest[] = []

export function test(title: string, body: TestBody): void
export function test(title: string, options: TestOptions, body: TestBody): void
export function test(title: string, second: TestOptions | TestBody, third?: TestBody): void {
  const body = typeof second === 'function' ? second : third
  const options = typeof second === 'function' ? {} : second
  if (typeof body !== 'function') throw new Error(`test ${JSON.stringify(title)} has no function to run`)
  if (openFile === null)
    throw new Error(
      `test ${JSON.stringify(title)} is declared too late: declare tests while their file is imported, by node --import tsx test/run.ts`,
    )
  declared.push({
    file: openFile,
    title,
    body,
    needs: [options.needs ?? []].flat(),
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
  })
}

/** For the runner: what is declared while `load` runs belongs to `file`. */
export async function declaredBy(file: string, load: () => Promise<unknown>): Promise<readonly DeclaredTest[]> {
  openFile = file
  declared = []
  try {
    await load()
    return declared
  } finally {
    openFile = null
  }
}
