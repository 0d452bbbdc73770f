/** Who may import whom: design's table, and a few packages that have one home. */
import { posix } from 'node:path'
import ts from 'typescript'
import { type Rule, sourcesOf, topFolderOf, type Violation, violationAt, walk } from './source-tree.ts'

/** Folders besides itself that a folder may import; the root holds cli.ts. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  '': ['cli', 'real'],
  cli: ['sim', 'real', 'reports', 'scenarios', 'algorithms'],
  algorithms: [],
  scenarios: ['algorithms'],
  sim: ['scenarios', 'algorithms'],
  real: ['scenarios', 'algorithms'],
  reports: ['scenarios'],
  compose: [],
  test: ['', 'cli', 'algorithms', 'scenarios', 'sim', 'real', 'reports', 'compose'],
}

/** A report is made from results and their statistics, an export from the record, too; neither knows worlds or procedures. */
const REPORTS_MAY_IMPORT = [
  'scenarios/record.ts',
  'scenarios/rows.ts',
  'scenarios/measures/expectations.ts',
  'scenarios/result.ts',
  'scenarios/result-audit.ts',
  'scenarios/result-durations.ts',
  'scenarios/result-series.ts',
  'scenarios/stress-result.ts',
  'scenarios/measures/statistics.ts',
  'scenarios/shown/numbers.ts',
  'scenarios/shown/palette.ts',
  'scenarios/shown/quarantine.ts',
  'scenarios/measures/compare-results.ts',
  'scenarios/file/delay-text.ts',
  'scenarios/file/levels.ts',
  'scenarios/file/load-text.ts',
]

interface Import {
  readonly node: ts.Node
  /** null where it is not a literal. */
  readonly target: string | null
}

/** Also types, re-exports, `import()` and `new URL(..., import.meta.url)`, by which a file can load another. */
export function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = []
  const add = (node: ts.Node, target: ts.Node | undefined): void => {
    found.push({ node, target: target !== undefined && ts.isStringLiteralLike(target) ? target.text : null })
  }
  walk(source, (node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier)
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) add(node, node.moduleSpecifier)
    else if (ts.isImportTypeNode(node))
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node, node.arguments[0])
    else if (ts.isNewExpression(node) && node.expression.getText() === 'URL') {
      const path = node.arguments?.[0]
      if (path !== undefined && ts.isStringLiteralLike(path) && path.text.endsWith('.ts')) add(node, path)
    }
  })
  return found
}

export const importsPointDownwards: Rule = (tree) => {
  const violations: Violation[] = []
  for (const [path, source] of sourcesOf(tree)) {
    const home = topFolderOf(path)
    for (const { node, target } of importsOf(source)) {
      const fault = faultOf(path, home, target)
      if (fault !== null) violations.push(violationAt(node, 'imports point downwards', fault))
    }
  }
  return violations
}

function faultOf(path: string, home: string, target: string | null): string | null {
  if (target === null)
    return home === 'algorithms' || home === 'sim' || home === 'scenarios' ? `${home}/ imports a computed path` : null
  if (!target.startsWith('.')) return packageFault(path, home, target)
  const resolved = posix.normalize(posix.join(posix.dirname(path), target))
  if (resolved.startsWith('..')) return `${target} lies outside of the project`
  const folder = topFolderOf(resolved)
  if (folder === home) return null
  if (MAY_IMPORT[home]?.includes(folder) !== true) return `${home === '' ? 'cli.ts' : `${home}/`} imports ${resolved}`
  if (home === 'reports' && !REPORTS_MAY_IMPORT.includes(resolved))
    return `reports/ imports ${resolved}; it may import ${REPORTS_MAY_IMPORT.join(', ')}`
  return null
}

function packageFault(path: string, home: string, target: string): string | null {
  if (home === 'algorithms') return `algorithms/ imports ${target}; it imports nothing outside of itself`
  if (home === 'sim' && target.startsWith('node:') && !path.startsWith('sim/host/')) return `sim/ imports ${target}`
  if (target.startsWith('uvu') && !path.startsWith('test/support/'))
    return `uvu is imported outside of test/support/; import test from test/support/test.ts`
  return null
}

export const importsEndInTs: Rule = (tree) => {
  const violations: Violation[] = []
  for (const source of sourcesOf(tree).values())
    for (const { node, target } of importsOf(source))
      if (target?.startsWith('.') === true && !/\.(ts|vue|css|json)$/.test(target))
        violations.push(violationAt(node, 'imports end in .ts', target))
  return violations
}
