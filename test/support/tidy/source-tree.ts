/** The project's text, read once; rules are functions from a tree to violations, so that a test can plant some. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'

export interface SourceTree {
  /** Path from the project's root, with '/', to text; every .ts, .vue, .md and .yaml file. */
  readonly texts: ReadonlyMap<string, string>
  /** Every folder, path from the root. */
  readonly folders: readonly string[]
}

export interface Violation {
  readonly path: string
  /** 1-based. */
  readonly line: number
  readonly rule: string
  readonly found: string
}

export type Rule = (tree: SourceTree) => Violation[]

/** What tools and runs leave beside the project. */
const NOT_OURS = ['node_modules', 'out', 'real/dashboard/dist', 'cli/bundle/built']

export function readTree(root: string): SourceTree {
  const texts = new Map<string, string>()
  const folders: string[] = []
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      const name = relative(root, path).replaceAll('\\', '/')
      if (entry.isDirectory()) {
        if (entry.name.startsWith('.') || NOT_OURS.includes(name)) continue
        folders.push(name)
        visit(path)
      } else if (/\.(ts|vue|md|yaml)$/.test(entry.name)) texts.set(name, readFileSync(path, 'utf8'))
    }
  }
  visit(root)
  return { texts, folders }
}

/** A tree of planted files; their folders come with them. */
export function plantedTree(files: Readonly<Record<string, string>>): SourceTree {
  const folders = new Set<string>()
  for (const path of Object.keys(files)) {
    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth++) folders.add(parts.slice(0, depth).join('/'))
  }
  return { texts: new Map(Object.entries(files)), folders: [...folders] }
}

export function topFolderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}

const parsed = new WeakMap<SourceTree, ReadonlyMap<string, ts.SourceFile>>()

/** Syntax trees of all TypeScript files, and of the scripts of Vue's components. */
export function sourcesOf(tree: SourceTree): ReadonlyMap<string, ts.SourceFile> {
  let sources = parsed.get(tree)
  if (sources === undefined) {
    const fresh = new Map<string, ts.SourceFile>()
    for (const [path, text] of tree.texts)
      if (/\.(ts|vue)$/.test(path)) {
        const script = path.endsWith('.vue') ? scriptOf(text) : text
        fresh.set(path, ts.createSourceFile(path, script, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS))
      }
    parsed.set(tree, fresh)
    sources = fresh
  }
  return sources
}

/** On its own lines, so that a place in it is a place in the file. */
function scriptOf(component: string): string {
  const found = /^<script setup lang="ts">$([\s\S]*?)^<\/script>$/m.exec(component)
  if (found === null) return ''
  return component.slice(0, found.index).replace(/[^\n]/g, '') + found[1]
}

export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

export function violationAt(node: ts.Node, rule: string, found: string): Violation {
  const source = node.getSourceFile()
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
  return { path: source.fileName, line: line + 1, rule, found }
}
