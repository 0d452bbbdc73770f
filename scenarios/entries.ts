/**
 * How a file of this program is started as a thread or a process of its own. From sources Node has to be taught TypeScript
 * first; in the bundle that `npm ci` makes (cli/bundle/build.ts) the same file is one of JavaScript, with whatever it imports.
 * Whoever starts one names it by a literal `new URL(..., import.meta.url)`: that alone puts it into the bundle.
 */
import { fileURLToPath } from 'node:url'

/** Only in the bundle: the address of a file in its folder. */
declare const QUORUMLAB_BUNDLE: string

const ROOT = new URL('../', import.meta.url)

interface Start {
  readonly module: URL
  readonly isTypeScript: boolean
}

/** False in the bundle. */
export function runsFromSources(): boolean {
  return typeof QUORUMLAB_BUNDLE === 'undefined'
}

export function startOf(source: URL): Start {
  if (runsFromSources()) return { module: source, isTypeScript: true }
  const name = bundledName(source.href.slice(ROOT.href.length))
  return { module: new URL(`${name}.js`, QUORUMLAB_BUNDLE), isTypeScript: false }
}

/** What a new `node` is told, by address and not by name: the user's working directory need not be ours. */
export function nodeWords(source: URL): readonly string[] {
  const { module, isTypeScript } = startOf(source)
  return [...(isTypeScript ? ['--import', import.meta.resolve('tsx')] : []), fileURLToPath(module)]
}

/** `path`: of a source, from the project's root. All files of the bundle lie in one folder, so that its length is the same for each. */
export function bundledName(path: string): string {
  return path.replace(/\.ts$/, '').replaceAll('/', '-')
}
