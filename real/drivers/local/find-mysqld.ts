/**
 * Which mysqld, and is it one we can use? Named by the user (`--mysqld`, then QUORUMLAB_MYSQLD), else the first on PATH
 * (then the places where packages put servers outside the PATH of ordinary users).
 */
import { spawn } from 'node:child_process'
import { access, constants, open, realpath, stat } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { endedText } from '../death.ts'
import { EnvironmentError } from '../environment-error.ts'
import { signalQuietly } from './process-table.ts'

export interface Mysqld {
  /** Absolute: servers are started in their own directories. */
  readonly path: string
  /** `8.4.3` */
  readonly version: string
  /** The whole line that it prints about itself, without its path: two builds of one version may differ. */
  readonly build: string
  /** Its mysqlbinlog, or null. */
  readonly mysqlbinlog: string | null
}

/**
 * 8.0.23 brought CHANGE REPLICATION SOURCE; but the options `replica_*` and the plug-in semisync_source, which 8.4 knows
 * by no other name, came with 8.0.26. One spelling for all beats two years of old servers.
 */
const OLDEST = '8.0.26'

/** `--version` reads nothing and starts nothing; on a busy machine it takes a tenth of a second. */
const ANSWER_MS = 5_000
const MOST_CHARACTERS = 10_000

const HOW_TO_GET_ONE = [
  'quorumlab needs a MySQL server program (mysqld), 8.0.26 or newer, to run --on local. Any of these gives one:',
  '  Debian, Ubuntu   apt install mysql-server-core   (Debian stable: from the MySQL APT repository)',
  '  Fedora, RHEL     dnf install community-mysql-server   (or mysql-server)',
  '  macOS            brew install mysql',
  'It need not run as a service: quorumlab starts its own servers. If it is not on PATH, name it:',
  '  --mysqld /path/to/mysqld      or      QUORUMLAB_MYSQLD=/path/to/mysqld',
].join('\n')

export async function findMysqld(
  named: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Mysqld> {
  const wish = named ?? (environment.QUORUMLAB_MYSQLD || undefined)
  if (wish !== undefined) {
    const by = named === undefined ? 'QUORUMLAB_MYSQLD' : '--mysqld'
    const path = wish.includes('/') ? resolve(wish) : await firstExecutable(pathDirectories(environment), wish)
    if (path === null || !(await isExecutable(path)))
      throw new EnvironmentError(`${by} names ${wish}, but ${await whatIsThere(path ?? wish)}.`, {
        advice: HOW_TO_GET_ONE,
      })
    return inspect(path, environment)
  }
  const path = await firstExecutable([...pathDirectories(environment), ...OUTSIDE_PATH], 'mysqld')
  if (path === null)
    throw new EnvironmentError(`No mysqld was found on PATH, nor in ${OUTSIDE_PATH.join(', ')}.`, {
      advice: HOW_TO_GET_ONE,
    })
  return inspect(path, environment)
}

const OUTSIDE_PATH = ['/usr/sbin', '/usr/local/sbin', '/usr/libexec', '/usr/local/mysql/bin', '/opt/homebrew/bin']

async function inspect(path: string, environment: NodeJS.ProcessEnv): Promise<Mysqld> {
  const words = (await saysNoDefaultsItself(path)) ? ['--version'] : ['--no-defaults', '--version']
  const line = (await answerOf(path, words)).trim()
  const { version, build } = readVersion(path, line)
  return { path, version, build, mysqlbinlog: await findMysqlbinlog(path, environment) }
}

/** What it prints, in its time and not without end: any program may have been named. */
async function answerOf(path: string, words: readonly string[]): Promise<string> {
  // A group of its own, so that a script's children end with it: they would keep the pipe open.
  const child = spawn(path, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let [out, complaint, why] = ['', '', '']
  const end = (reason: string) => {
    why ||= reason
    if (child.pid !== undefined) signalQuietly(-child.pid, 'SIGKILL')
  }
  const timer = setTimeout(() => end(`no answer within ${ANSWER_MS / 1_000} s`), ANSWER_MS)
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString('utf8')
    if (out.length > MOST_CHARACTERS) end('it prints without end')
  })
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString('utf8')).slice(0, MOST_CHARACTERS)
  })
  await new Promise<void>((resolve) => {
    child.once('error', (error) => {
      why ||= error.message
      resolve()
    })
    child.once('close', (code, signal) => {
      if (code !== 0) why ||= printable(complaint.trim().split('\n')[0]!) || endedText({ code, signal })
      resolve()
    })
  })
  clearTimeout(timer)
  if (why === '') return out
  throw new EnvironmentError(`${path} --version did not say which MySQL it is (${why}).`, { advice: HOW_TO_GET_ONE })
}

/** As much of any program's output as a message can carry. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just those are taken out.
  const tame = text.replace(/[\x00-\x1f\x7f-\x9f\ufffd]+/g, '?')
  return tame.length <= 100 ? tame : `${tame.slice(0, 100)}...`
}

/** `.../mysqld  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)`. Throws on what we cannot use. */
export function readVersion(path: string, line: string): { version: string; build: string } {
  const match = /\bVer\s+((\d+)\.(\d+)\.(\d+)(\S*))/.exec(line)
  if (/mariadb/i.test(line))
    throw new EnvironmentError(`${path} is MariaDB (${match?.[1] ?? line}), whose GTIDs are of another kind.`, {
      advice: HOW_TO_GET_ONE,
    })
  if (match === null)
    throw new EnvironmentError(
      `${path} --version: expected "Ver <number>", found ${line === '' ? 'nothing' : `"${printable(line)}"`}.`,
      { advice: HOW_TO_GET_ONE },
    )
  const found = [Number(match[2]), Number(match[3]), Number(match[4])]
  const oldest = OLDEST.split('.').map(Number)
  const different = found.findIndex((part, i) => part !== oldest[i])
  if (different >= 0 && found[different]! < oldest[different]!)
    throw new EnvironmentError(`${path} is MySQL ${match[1]}; ${OLDEST} or newer is needed.`, {
      advice: HOW_TO_GET_ONE,
    })
  return { version: found.join('.'), build: line.slice(match.index) }
}

/** Beside mysqld (as named, and where its links lead), in the bin next to that sbin, else on PATH. */
async function findMysqlbinlog(mysqld: string, environment: NodeJS.ProcessEnv): Promise<string | null> {
  const beside = [dirname(mysqld), dirname(await realpath(mysqld))].flatMap((dir) => [dir, join(dir, '../bin')])
  return firstExecutable([...beside, ...pathDirectories(environment)], 'mysqlbinlog')
}

/**
 * `--no-defaults` keeps the machine's my.cnf out of our servers, but MySQL takes it as the first word only. A wrapper
 * script that says it already would be broken by ours.
 */
export async function saysNoDefaultsItself(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8192), 0, 8192, 0)
    const head = buffer.subarray(0, bytesRead).toString('latin1')
    return head.startsWith('#!') && head.includes('--no-defaults')
  } finally {
    await file.close()
  }
}

function pathDirectories(environment: NodeJS.ProcessEnv): string[] {
  return (environment.PATH ?? '').split(delimiter).filter((directory) => directory !== '')
}

async function firstExecutable(directories: readonly string[], name: string): Promise<string | null> {
  for (const directory of directories) {
    const path = resolve(directory, name)
    if (await isExecutable(path)) return path
  }
  return null
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    // A folder may be "executed" as well, and a pipe would never be read to its end.
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

async function whatIsThere(path: string): Promise<string> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) return 'that is a folder, not the program in it'
    return found.isFile() ? 'that file may not be executed by this user' : 'that is no program'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === undefined ? 'there is no such program' : `it cannot be looked at (${code})`
  }
}
