/** Keeps what a server executed and nobody else has, before it is thrown away: as SQL that can be read and run again. */
import { execFile } from 'node:child_process'
import { copyFile, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { GtidSet } from '../../../algorithms/gtid-set.ts'
import { binlogFiles, readBinlog } from '../binlog.ts'
import type { KeptFile, SavedExtras } from '../driver.ts'
import { type Mysqld, saysNoDefaultsItself } from './find-mysqld.ts'

const DEADLINE_MS = 60_000

interface Saving {
  readonly node: string
  /** Its data directory. */
  readonly data: string
  /** Where it is saved, in a file whose name begins with `prefix`. */
  readonly directory: string
  readonly prefix: string
}

/** Between what its run is called and a number. */
function nameOf(node: string): string {
  return `-${node}-extras-`
}

/** Is it by its name what was kept of `node`? */
export function holdsExtrasOf(node: string, file: string): boolean {
  return file.includes(nameOf(node))
}

/** Reads the binlog files and not the server, which may be down. What is kept is added to `kept`. */
export async function saveExtras(
  mysqld: Pick<Mysqld, 'mysqlbinlog'>,
  { node, data, directory, prefix }: Saving,
  gtids: GtidSet,
  kept: KeptFile[],
): Promise<SavedExtras> {
  const saved = await save(mysqld, data, gtids, directory, `${prefix}${nameOf(node)}${kept.length + 1}`)
  kept.push({ node, gtids, ...saved })
  return saved
}

async function save(
  mysqld: Pick<Mysqld, 'mysqlbinlog'>,
  dataDirectory: string,
  gtids: GtidSet,
  outDirectory: string,
  name: string,
): Promise<SavedExtras> {
  await mkdir(outDirectory, { recursive: true })
  const holding: string[] = []
  let found = 0
  for (const path of await binlogFiles(dataDirectory)) {
    const before = found
    await readBinlog(path, ({ gtid }) => {
      if (gtids.has(gtid)) found++
    })
    if (found > before) holding.push(path)
  }
  const count = `${found} of ${gtids.size} transactions`
  const path = join(outDirectory, `${name}.sql`)
  if (mysqld.mysqlbinlog !== null && holding.length > 0) {
    const words = (await saysNoDefaultsItself(mysqld.mysqlbinlog)) ? [] : ['--no-defaults']
    words.push('--verbose', `--include-gtids=${gtids}`, `--result-file=${path}`, ...holding)
    const failure = await promisify(execFile)(mysqld.mysqlbinlog, words, { timeout: DEADLINE_MS }).then(
      () => null,
      (error: Error) => error.message,
    )
    if (failure === null) return { path, detail: `${count}, written by mysqlbinlog` }
    return copied(holding, join(outDirectory, name), `${count}; mysqlbinlog failed (${failure.split('\n')[0]})`)
  }
  const why = holding.length === 0 ? 'no binlog of this server holds them' : 'there is no mysqlbinlog'
  return copied(holding, join(outDirectory, name), `${count}; ${why}`)
}

async function copied(binlogs: readonly string[], directory: string, why: string): Promise<SavedExtras> {
  await mkdir(directory, { recursive: true })
  for (const path of binlogs) await copyFile(path, join(directory, basename(path)))
  return { path: directory, detail: `${why}: ${binlogs.length} binlog files were copied as they are` }
}
