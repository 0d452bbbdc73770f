#!/usr/bin/env node
/**
 * The command `quorumlab`: it runs the bundle that `npm ci` made (cli/bundle/build.ts) while the sources are those that the
 * bundle was made from; otherwise it teaches Node TypeScript and runs cli.ts. In a checkout and after an installation.
 */
import { readFileSync, statSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../', import.meta.url)
const BUNDLES = new URL('bundle/built/', import.meta.url)

/** A file of the same size and time is the same; one of another time is read, since copying a checkout changes times alone. */
async function freshBundle() {
  try {
    const { hash: name, sources } = JSON.parse(readFileSync(new URL('current.json', BUNDLES), 'utf8'))
    const bundle = new URL(`${name}/`, BUNDLES)
    const touched = []
    for (const source of sources) {
      const [path, size, mtimeMs] = source
      const now = statSync(new URL(path, ROOT))
      if (now.size !== size) return null
      if (now.mtimeMs !== mtimeMs) touched.push(source)
    }
    if (touched.length === 0) return bundle
    const { createHash } = await import('node:crypto')
    const hashOf = (path) =>
      createHash('sha256')
        .update(readFileSync(new URL(path, ROOT)))
        .digest('hex')
    return touched.every(([path, , , hash]) => hashOf(path) === hash) ? bundle : null
  } catch {
    // There is no bundle, or a source of it is gone.
    return null
  }
}

const bundle = await freshBundle()
if (bundle !== null) {
  // From Node 22 on: what was compiled once is kept, for this program, its threads and its children.
  if (module.enableCompileCache !== undefined) {
    process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('compiled', bundle))
    module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
  }
  await import(new URL('cli.js', bundle).href)
} else {
  const { register } = await import('tsx/esm/api')
  register()
  await import('../cli.ts')
}
