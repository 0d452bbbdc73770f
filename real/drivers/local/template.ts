/**
 * A fresh MySQL data directory takes seconds to make and a fraction of a second to copy. It is made once for each
 * build of mysqld (and each wording of our schema), kept in the cache, and copied for every node.
 *
 * Two runs may make it at the same time: each builds in a directory of its own, and one rename decides. A builder that
 * is killed leaves an ownership record like a cluster does, so the next start sweeps it.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, cp, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { saysDiskFull } from '../death.ts'
import { EnvironmentError } from '../environment-error.ts'
import { greet } from '../greeting.ts'
import { makeFolder } from '../make-folder.ts'
import { leadingFlags, nodeFlags, nodePaths, STORAGE_FLAGS } from './boot-flags.ts'
import type { Mysqld } from './find-mysqld.ts'
import { sqlFile, TEMPLATE_SQL } from './init-sql.ts'
import { adviceFor, MysqldProcess } from './mysqld-process.ts'
import { cacheRoot, Ownership } from './ownership.ts'
import { PortHolder } from './ports.ts'
import { killServersIn } from './sweep.ts'

const LOOPBACK = '127.0.0.1'
const DEADLINE_MS = 120_000
const UNUSED_FOR_MS = 30 * 24 * 3_600_000

interface TemplateOptions {
  readonly cache?: string
  readonly stateRoot: string
  readonly signal: AbortSignal
}

/** The directory to copy, and whether it had to be made. */
export async function dataTemplate(
  mysqld: Mysqld,
  options: TemplateOptions,
): Promise<{ readonly directory: string; readonly madeInMs: number | null }> {
  const templates = join(options.cache ?? cacheRoot(), 'templates')
  const key = createHash('sha256')
    .update(JSON.stringify([mysqld.build, TEMPLATE_SQL, STORAGE_FLAGS]))
    .digest('hex')
  const directory = join(templates, `${mysqld.version}-${key.slice(0, 16)}`)
  if (await exists(directory)) {
    // Its age is the time since its last use: see removeUnused.
    await utimes(directory, new Date(), new Date()).catch(() => {})
    return { directory, madeInMs: null }
  }
  const start = performance.now()
  makeFolder(templates, 0o700)
  await removeUnused(templates)
  const ownership = new Ownership(options.stateRoot)
  const building = join(templates, `.building-${ownership.id}`)
  try {
    ownership.makeDirectory(building)
    await build(mysqld, building, options.signal)
    await rename(nodePaths(building).data, directory).catch((error: NodeJS.ErrnoException) => {
      // Another run was first; its template is as good as ours.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
    return { directory, madeInMs: performance.now() - start }
  } catch (error) {
    throw options.signal.aborted ? options.signal.reason : error
  } finally {
    await killServersIn([building])
    ownership.remove()
  }
}

export async function copyTemplate(template: string, data: string): Promise<void> {
  await cp(template, data, { recursive: true, mode: constants.COPYFILE_FICLONE })
}

async function build(mysqld: Mysqld, directory: string, signal: AbortSignal): Promise<void> {
  const paths = nodePaths(directory)
  await mkdir(paths.temporary)
  const leading = await leadingFlags(mysqld.path)
  const common = { directory, log: paths.log, pidFile: paths.pidFile }

  const initialise = await MysqldProcess.spawn(
    mysqld.path,
    [...leading, '--initialize-insecure', `--datadir=${paths.data}`, `--tmpdir=${paths.temporary}`, ...STORAGE_FLAGS],
    common,
  )
  await finished(initialise, 'making a data directory', directory, signal)

  await writeFile(paths.initFile, sqlFile(TEMPLATE_SQL), { mode: 0o600 })
  const ports = new PortHolder()
  const [port, adminPort] = [await ports.takeFree(), await ports.takeFree()]
  await ports.releaseAll()
  const server = await MysqldProcess.spawn(
    mysqld.path,
    [
      ...leading,
      ...nodeFlags({ directory, serverId: 1, host: LOOPBACK, port, adminPort }),
      `--init-file=${paths.initFile}`,
    ],
    common,
  )
  // The greeting comes after the init file has been carried out; no account is needed to see it.
  while (server.death === null && !signal.aborted && (await greet(LOOPBACK, port, 250)).kind !== 'greeting')
    await Promise.race([server.dead, new Promise((resolve) => setTimeout(resolve, 20))])
  if (server.death === null) server.signal('SIGTERM')
  await finished(server, 'creating the schema', directory, signal)

  // What makes a server an individual: its uuid, and binlogs that hold nothing.
  for (const name of await readdir(paths.data))
    if (name === 'auto.cnf' || /^(binlog|relay)\./.test(name)) await rm(join(paths.data, name))
}

async function finished(server: MysqldProcess, doing: string, directory: string, signal: AbortSignal): Promise<void> {
  let isLate = false
  const onAbort = () => server.signal('SIGKILL')
  signal.addEventListener('abort', onAbort)
  const timer = setTimeout(() => {
    isLate = true
    onAbort()
  }, DEADLINE_MS)
  if (signal.aborted) onAbort()
  const death = await server.dead
  clearTimeout(timer)
  signal.removeEventListener('abort', onAbort)
  signal.throwIfAborted()
  if (death.code !== 0) {
    const lastLines = server.lastLines()
    const text = lastLines.join('\n')
    // It is made in the cache, not where the servers' data will lie.
    const advice = saysDiskFull(text)
      ? `${directory} has no room: XDG_CACHE_HOME names another place.`
      : adviceFor(text)
    const late = isLate ? `, not finished after ${DEADLINE_MS / 1_000} s` : ''
    throw new EnvironmentError(`mysqld died while ${doing} (${death.how}${late})`, { lastLines, advice })
  }
}

async function removeUnused(templates: string): Promise<void> {
  for (const name of await readdir(templates)) {
    const path = join(templates, name)
    const { mtimeMs } = await stat(path)
    if (!name.startsWith('.') && Date.now() - mtimeMs > UNUSED_FOR_MS) await rm(path, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
