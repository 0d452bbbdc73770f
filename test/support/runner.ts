/**
 * Runs declared tests through uvu, and counts for itself.
 *
 * uvu 0.5.6 by itself exits with 0 when a hook throws, when a test throws something that is not an Error, when a suite
 * is never started, when `only` is left in and when a pattern matches no file. Here uvu keeps the order and prints;
 * whether a test passed is written in our own ledger, and whatever was declared but did not finish is a failure.
 */
import './defer.ts'
import { exec, suite } from 'uvu'
import { describeFailure } from './describe-failure.ts'
import { adviceFor, commandFor, NEEDS, type Need } from './needs.ts'
import { type DeclaredTest, declaredBy } from './test.ts'
import { Watchdog } from './watchdog.ts'

interface TestFile {
  /** As people read it. */
  readonly name: string
  readonly load: () => Promise<unknown>
}

export interface Selection {
  /** Only tests with this need; 'none': only tests without any; null: all. */
  readonly needs: Need | 'none' | null
  /** A missing need is a failure, ... */
  readonly noSkip: boolean
  /** ... except for these. */
  readonly maySkip: readonly Need[]
}

interface Tally {
  passed: number
  failed: number
  skipped: number
}

function lastLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`
}

const IMPORT_DEADLINE_MS = 120_000
const SLOW_MS = 3_000

interface Queues {
  UVU_QUEUE: [string | null, ...unknown[]][]
  UVU_INDEX: number
}

export class TestRun {
  readonly tally: Tally = { passed: 0, failed: 0, skipped: 0 }
  readonly #selection: Selection
  readonly #watchdog = new Watchdog()
  readonly #wanting = new Map<Need, number>()
  readonly #slow: string[] = []
  #declared = 0
  #finished = 0
  /** What is going on now, for whoever ends the process in the middle of it; null once all is counted. */
  #doing: string | null = 'the start'
  /** Rejects the running test when something goes wrong outside its own promise. */
  #disturb: ((error: unknown) => void) | null = null

  constructor(selection: Selection) {
    this.#selection = selection
    process.on('unhandledRejection', (reason) => this.#stray('a rejection that nobody handled', reason))
    process.on('uncaughtException', (error) => this.#stray('an exception outside of the test', error))
    process.on('exit', () => {
      if (this.#doing !== null) this.fail(`the process ended during: ${this.#doing}`)
      if (this.tally.failed > 0) process.exitCode = 1
      console.log(lastLine(this.tally))
    })
  }

  /** A failure that belongs to no test. */
  fail(text: string): void {
    this.tally.failed++
    console.log(`\n FAIL  ${text.replaceAll('\n', '\n    ')}`)
  }

  async run(files: readonly TestFile[]): Promise<void> {
    for (const file of files) await this.#collect(file)
    this.#doing = 'the run'
    await exec()
    // Rejections of the last test surface one turn later.
    await new Promise((resolve) => setImmediate(resolve))
    if (this.#finished !== this.#declared)
      this.fail(`${this.#declared} tests were declared and selected, but ${this.#finished} finished`)
    if (this.#declared === 0 && this.tally.failed + this.tally.skipped === 0) this.fail('no test ran')
    for (const line of this.#slow) console.log(`slow: ${line}`)
    if (this.#wanting.size > 0)
      console.log(
        'skipped: ' + [...this.#wanting].map(([need, n]) => `${n} for want of ${need} (${adviceFor(need)})`).join('; '),
      )
    this.#doing = null
  }

  async #collect(file: TestFile): Promise<void> {
    this.#doing = `the import of ${file.name}`
    let tests: readonly DeclaredTest[]
    try {
      tests = await declaredBy(file.name, () => this.#guarded(this.#doing!, IMPORT_DEADLINE_MS, () => file.load()))
      if (tests.length === 0) throw new Error('the file declares no test')
    } catch (error) {
      this.fail(`${file.name} cannot be used\n${describeFailure(error)}`)
      return
    } finally {
      this.#doing = 'the run'
    }
    const group = suite()
    let registered = 0
    for (const test of tests) {
      const { needs } = this.#selection
      if (needs === 'none' ? test.needs.length > 0 : needs !== null && !test.needs.includes(needs)) continue
      const unknown = test.needs.find((need) => !NEEDS.includes(need))
      if (unknown !== undefined) throw new Error(`unknown need ${String(unknown)}`)
      const wanting = test.needs.find((need) => commandFor(need) === null && this.#maySkip(need))
      if (wanting !== undefined) {
        this.#wanting.set(wanting, (this.#wanting.get(wanting) ?? 0) + 1)
        this.tally.skipped++
        group.skip()
        continue
      }
      this.#declared++
      registered++
      group(test.title, () => this.#runOne(test))
    }
    if (registered === 0) return
    const queues = globalThis as unknown as Queues
    queues.UVU_INDEX = queues.UVU_QUEUE.push([file.name]) - 1
    group.run()
  }

  #maySkip(need: Need): boolean {
    return !this.#selection.noSkip || this.#selection.maySkip.includes(need)
  }

  async #runOne(test: DeclaredTest): Promise<void> {
    const what = `${test.file}: ${test.title}`
    const startedMs = performance.now()
    this.#doing = what
    try {
      const wanting = test.needs.find((need) => commandFor(need) === null)
      if (wanting !== undefined) throw new Error(`QUORUMLAB_NO_SKIP is set and this test needs ${adviceFor(wanting)}`)
      await this.#guarded(what, test.deadlineMs, () => {
        const returned = test.body()
        if (typeof (returned as Iterator<unknown> | undefined)?.next === 'function')
          throw new Error('the test returned a generator, of which nothing has run: run it in a world')
        return returned
      })
      this.tally.passed++
    } catch (error) {
      this.tally.failed++
      throw presentable(test, error)
    } finally {
      this.#finished++
      this.#doing = 'the run'
      const tookMs = performance.now() - startedMs
      if (tookMs > SLOW_MS) this.#slow.push(`${(tookMs / 1000).toFixed(1)} s  ${what}`)
    }
  }

  /** Runs `body` under a deadline, and fails it for whatever goes wrong beside its own promise. */
  async #guarded<T>(what: string, deadlineMs: number, body: () => T | Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const trouble = new Promise<never>((_, reject) => {
      this.#disturb = reject
      timer = setTimeout(
        () => reject(new Error(`not finished after its deadline of ${deadlineMs} ms; its promise never settled`)),
        deadlineMs,
      )
    })
    this.#watchdog.enter(what, deadlineMs, lastLine({ ...this.tally, failed: this.tally.failed + 1 }))
    try {
      const run = async () => {
        const value = await body()
        // Rejections that nobody handles surface one turn later; they are this test's.
        await new Promise((resolve) => setImmediate(resolve))
        return value
      }
      return await Promise.race([run(), trouble])
    } finally {
      clearTimeout(timer)
      this.#disturb = null
      this.#watchdog.leave()
    }
  }

  #stray(what: string, thrown: unknown): void {
    const error = new Error(what, { cause: thrown })
    error.stack = ''
    if (this.#disturb !== null) this.#disturb(error)
    else this.fail(describeFailure(error))
  }
}

/** uvu prints name and message; with a stack of one line it adds nothing of its own. */
function presentable(test: DeclaredTest, thrown: unknown): Error {
  const error = new Error(`${test.file}\n\n${describeFailure(thrown)}`.replaceAll('\n', '\n    '))
  error.stack = 'none'
  return error
}
