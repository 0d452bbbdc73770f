/**
 * Makes the bundle (`npm run bundle`, and `npm ci` by `prepare`): the program as JavaScript in a few files, so that nobody waits
 * for TypeScript to be taken away from some hundred. cli/quorumlab.js runs it as long as the sources are those that it was
 * made from, and the sources themselves otherwise. Each bundle has a folder of its own, named by the hash of its sources, and
 * the one before it stays: a command that began with that still loads what it needs while a new one is made.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { bundledName } from '../../scenarios/entries.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BUILT = 'cli/bundle/built'

/** Folders whose files may start one another. */
const FOLDERS = ['cli', 'algorithms', 'scenarios', 'sim', 'real', 'reports']

/** Needed by nearly every command: they go into the bundle. All other packages are loaded from node_modules by whoever needs them. */
const INLINED = ['yargs', 'yaml', 'zod']

/** cli.ts, and every file that another one starts as a thread or a process. */
export function entriesOf(root: string): readonly string[] {
  const entries = new Set(['cli.ts'])
  for (const folder of FOLDERS)
    for (const path of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.ts') || path.includes('node_modules')) continue
      const text = readFileSync(join(root, folder, path), 'utf8')
      for (const [, target] of text.matchAll(/new URL\('([^']+\.ts)', import\.meta\.url\)/g))
        entries.add(relative(root, resolve(root, folder, path, '..', target!)))
    }
  return [...entries].sort()
}

/** Adds a bundle to `folder` of `root`, whole or not at all, and makes it the one that is run. Returns its path from `root`. */
export async function bundle(root: string, folder: string): Promise<string> {
  const all = join(root, folder)
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: entriesOf(root).map((path) => ({ in: path, out: bundledName(path) })),
    // Any folder in `folder` will do: no file names it.
    outdir: join(all, 'new'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: '[name]-[hash]',
    // Names stay: a stack of the bundle is to be read, too.
    minifyWhitespace: true,
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    write: false,
    // The bundle's folder, for scenarios/entries.ts; and what is CommonJS in it asks for Node's own modules by `require`.
    banner: {
      js: "import{createRequire as $r}from'node:module';const require=$r(import.meta.url),QUORUMLAB_BUNDLE=import.meta.url;",
    },
    plugins: [inPlace(join(all, 'new')), fewPackages],
    logLevel: 'warning',
  })
  const sources = Object.keys(metafile.inputs)
    .filter((path) => !path.includes('node_modules/'))
    .concat('package-lock.json', relative(root, fileURLToPath(import.meta.url)))
    .map((path): Source => {
      const file = join(root, path)
      const { size, mtimeMs } = statSync(file)
      return [path, size, mtimeMs, hashOf(readFileSync(file))]
    })
  const hash = hashOf(sources.map(([path, , , own]) => `${path} ${own}\n`).join('')).slice(0, 16)
  writeOnce(join(all, hash), (partial) => {
    for (const { path, contents } of outputFiles) writeFileSync(join(partial, basename(path)), contents)
  })
  const before = currentOf(all)
  const previous = before?.hash === hash ? before.previous : (before?.hash ?? null)
  const current: Current = { hash, previous, sources }
  const partial = join(all, `current.${process.pid}`)
  writeFileSync(partial, JSON.stringify(current))
  renameSync(partial, join(all, 'current.json'))
  for (const name of readdirSync(all))
    if (/^[0-9a-f]{16}$/.test(name) && name !== hash && name !== previous) rmSync(join(all, name), { recursive: true })
  return join(folder, hash)
}

/** What `current.json` says, which cli/quorumlab.js reads: the folder that is run and what it was made from. */
interface Current {
  readonly hash: string
  /** The bundle that was run before. Null: none. */
  readonly previous: string | null
  readonly sources: readonly Source[]
}

function currentOf(all: string): Current | null {
  try {
    return JSON.parse(readFileSync(join(all, 'current.json'), 'utf8')) as Current
  } catch {
    return null
  }
}

/** Of the same hash is the same content: whoever was first has written it. */
function writeOnce(folder: string, write: (partial: string) => void): void {
  const partial = `${folder}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    write(partial)
    if (!existsSync(folder)) renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** Path from the root, bytes, when it was last written, SHA-256. */
type Source = readonly [string, number, number, string]

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** A module's own address stays that of its source: what lies beside that is found, whichever file of the bundle it is in. */
function inPlace(outdir: string): Plugin {
  return {
    name: 'in place',
    setup({ onLoad }) {
      onLoad({ filter: /\.(ts|m?js)$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8')
        if (!text.includes('import.meta.url')) return null
        const own = `new URL(${JSON.stringify(relative(outdir, path))}, import.meta.url).href`
        return { contents: text.replaceAll('import.meta.url', own), loader: path.endsWith('.ts') ? 'ts' : 'js' }
      })
    },
  }
}

/** What an inlined package imports is inlined, too. Of zod's messages in fifty languages only the English ones are ever said. */
const fewPackages: Plugin = {
  name: 'few packages',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point' || path.startsWith('node:')) return null
      const isInlined = INLINED.includes(path.split('/')[0]!) || importer.includes('node_modules')
      return isInlined ? null : { path, external: true }
    })
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export { default as en } from './en.js'" }))
  },
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(ROOT, BUILT)
