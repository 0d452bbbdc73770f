/**
 * The folder that a command writes to. Before a run rather than after it: it is made, tried, and claimed by a file that
 * says whose it is, because two runs in one folder would read each other's journals (a coordinator that is started again
 * would take up the other run's epochs) and overwrite each other's result.
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { adviceForRefusal, EnvironmentError } from '../real/drivers/environment-error.ts'
import { isSameProcess, lookAt } from '../real/drivers/local/process-table.ts'
import { makeFolder } from '../real/drivers/make-folder.ts'
import { UsageError } from '../scenarios/file/errors.ts'

const LOCK_FILE = '.quorumlab.lock'
/** A file without content is being written by its owner, or its owner died in that moment. */
const UNWRITTEN_MS = 2_000

interface Claim {
  readonly host: string
  readonly pid: number
  /** With the pid it names one process for ever. */
  readonly startedAt: string
}

/** Makes the folder and checks that it can be written to. */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(folder)
    const probe = join(folder, `.quorumlab-${process.pid}.probe`)
    closeSync(openSync(probe, 'w'))
    rmSync(probe)
  } catch (error) {
    throw unusable(folder, error)
  }
}

/**
 * Prepares the folder and keeps everybody else out of it until the returned function is called, or the program ends. A
 * claim whose owner is dead is taken over. Throws an EnvironmentError where the owner lives.
 */
export function claimFolder(folder: string): () => void {
  prepareFolder(folder)
  const path = join(folder, LOCK_FILE)
  const own = JSON.stringify({ host: hostname(), pid: process.pid, startedAt: lookAt(process.pid)!.startedAt })
  while (!written(path, own, folder)) takeOver(path, folder)
  const release = () => {
    process.off('exit', release)
    if (textOf(path) === own) rmSync(path, { force: true })
  }
  process.on('exit', release)
  return release
}

/** False: it exists. */
function written(path: string, text: string, folder: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o644)
    writeSync(file, text)
    closeSync(file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw unusable(folder, error)
  }
}

/** Moves a dead owner's claim away, or throws. */
function takeOver(path: string, folder: string): void {
  const found = textOf(path)
  if (found === null) return
  if (isHeld(path, found)) throw new EnvironmentError(heldText(path, folder, claimIn(found)))
  // Of several that find the same dead owner one moves its claim away, and sees that it is the one it had read.
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw unusable(folder, error)
  }
  if (textOf(aside) === found) rmSync(aside, { force: true })
  else renameSync(aside, path)
}

function isHeld(path: string, text: string): boolean {
  const claim = claimIn(text)
  if (claim === null) return ageMs(path) < UNWRITTEN_MS
  // Nobody can look at the processes of another machine.
  return claim.host !== hostname() || isSameProcess(claim.pid, claim.startedAt)
}

function heldText(path: string, folder: string, claim: Claim | null): string {
  const elsewhere = claim !== null && claim.host !== hostname()
  const who = claim === null ? 'another quorumlab' : `process ${claim.pid}${elsewhere ? ` on ${claim.host}` : ''}`
  const advice = elsewhere ? `, or remove ${path} if that process is no more` : ''
  return `${folder} is being written to by ${who}, and two runs in one folder would mix their journals.\nWait for it, or name another folder with --out${advice}.`
}

function claimIn(text: string): Claim | null {
  try {
    const claim = JSON.parse(text) as Claim
    return typeof claim.pid === 'number' && typeof claim.startedAt === 'string' ? claim : null
  } catch {
    return null
  }
}

/** Null: it is gone. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function ageMs(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** A file where a folder should be is a mistake of whoever named it; the rest is the machine's refusal. */
function unusable(folder: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException
  const text = `${folder}: expected a folder that can be written to, found ${message}`
  if (code === 'EEXIST' || code === 'ENOTDIR') return new UsageError(text)
  return new EnvironmentError(`${text}\n${adviceForRefusal(error) ?? 'Name another with --out.'}`, { cause: error })
}
