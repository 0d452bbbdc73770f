/** What a file exports is for others: a name that nobody imports stays inside, where it can be changed or deleted freely. */
import { posix } from 'node:path'
import ts from 'typescript'
import { importsOf } from './layers.ts'
import { type Rule, sourcesOf, type Violation, violationAt } from './source-tree.ts'

export const nothingIsExportedInVain: Rule = (tree) => {
  const sources = sourcesOf(tree)
  const imported = importedNames(sources)
  const violations: Violation[] = []
  for (const [path, source] of sources) {
    const wanted = imported.get(path)
    if (wanted?.has(EVERYTHING) === true) continue
    for (const { name, node } of exportsOf(source))
      if (wanted?.has(name) !== true) violations.push(violationAt(node, 'what is exported is imported', name))
  }
  return violations
}

/** Stands for all names of a file: of `import * as`, of `import()`. */
const EVERYTHING = '*'

/** By the path of the file that they come from. */
function importedNames(sources: ReadonlyMap<string, ts.SourceFile>): ReadonlyMap<string, ReadonlySet<string>> {
  const imported = new Map<string, Set<string>>()
  for (const [path, source] of sources)
    for (const { node, target } of importsOf(source)) {
      if (target?.startsWith('.') !== true) continue
      const from = posix.normalize(posix.join(posix.dirname(path), target))
      const names = imported.get(from) ?? new Set()
      imported.set(from, names)
      for (const name of namesOf(node)) names.add(name)
    }
  return imported
}

function namesOf(node: ts.Node): readonly string[] {
  const bindings = ts.isImportDeclaration(node)
    ? node.importClause?.namedBindings
    : ts.isExportDeclaration(node)
      ? node.exportClause
      : undefined
  if (bindings !== undefined && (ts.isNamedImports(bindings) || ts.isNamedExports(bindings)))
    return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
  // `import './b.ts'` runs the file and takes no name of it.
  return ts.isImportDeclaration(node) && bindings === undefined ? [] : [EVERYTHING]
}

interface Exported {
  readonly name: string
  readonly node: ts.Node
}

function exportsOf(source: ts.SourceFile): Exported[] {
  return source.statements.flatMap((statement): Exported[] => {
    if (ts.isExportDeclaration(statement))
      return statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)
        ? statement.exportClause.elements.map((node) => ({ name: node.name.text, node }))
        : []
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
    const declared = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations
      : [statement as ts.DeclarationStatement]
    return declared.flatMap((node) =>
      node.name !== undefined && ts.isIdentifier(node.name) ? [{ name: node.name.text, node }] : [],
    )
  })
}
