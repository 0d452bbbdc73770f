/**
 * No clocks, no chance, no I/O where a run must come out the same on every machine.
 *
 * Looked for among the names that TypeScript's binder leaves unresolved, in a program without any library: `Date` in a
 * comment, a string, a property `x.process` or a parameter called `process` is not the global, and is not reported.
 */
import ts from 'typescript'
import { type Rule, type SourceTree, sourcesOf, type Violation, violationAt, walk } from './source-tree.ts'

const CLOCKS_AND_CHANCE = ['Date', 'performance', 'crypto', 'Intl', 'WeakRef', 'FinalizationRegistry']
const MACHINE = [
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  ...['queueMicrotask', 'process', 'console', 'fetch', 'require', 'globalThis', 'global', 'eval', 'Worker', 'Atomics'],
]
/** Not the same bits in every engine: scenarios/chance/exact-math.ts has its own. */
const INEXACT_MATH = [
  ...['log', 'log2', 'log10', 'log1p', 'exp', 'expm1', 'pow', 'cbrt', 'hypot', 'sin', 'cos', 'tan', 'asin', 'acos'],
  ...['atan', 'atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
]

export const algorithmsAndSimulatorArePure: Rule = (tree) =>
  globalsIn(tree, (path) => {
    if (path.startsWith('sim/host/')) return null
    if (path.startsWith('algorithms/') || path.startsWith('sim/')) return [...CLOCKS_AND_CHANCE, ...MACHINE]
    // Load generator, sampling and checks run inside of the simulator too; reading files is scenarios' own business.
    return path.startsWith('scenarios/') ? CLOCKS_AND_CHANCE : null
  })

function globalsIn(tree: SourceTree, bannedIn: (path: string) => readonly string[] | null): Violation[] {
  const sources = sourcesOf(tree)
  const checker = bareProgram(sources).getTypeChecker()
  const violations: Violation[] = []
  for (const [path, source] of sources) {
    const banned = bannedIn(path)
    if (banned === null) continue
    walk(source, (node) => {
      if (!ts.isIdentifier(node)) return
      const isMath = node.text === 'Math'
      if ((!isMath && !banned.includes(node.text)) || !isGlobal(node, checker)) return
      const found = isMath ? mathFault(node) : node.text
      if (found !== null) violations.push(violationAt(node, 'algorithms/ and sim/ are pure', found))
    })
  }
  return violations
}

/** Only `Math.name` with a harmless name; anything else that is done with Math could hide a harmful one. */
function mathFault(node: ts.Identifier): string | null {
  const { parent } = node
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== node) return parent.getText()
  const name = parent.name.text
  return name === 'random' || INEXACT_MATH.includes(name) ? `Math.${name}` : null
}

/** Is this a use of a name that no file declares? */
function isGlobal(node: ts.Identifier, checker: ts.TypeChecker): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false
  if (ts.isQualifiedName(parent) && parent.right === node) return false
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false
  if (ts.isShorthandPropertyAssignment(parent)) return !isDeclared(checker.getShorthandAssignmentValueSymbol(parent))
  return !isDeclared(checker.getSymbolAtLocation(node))
}

function isDeclared(symbol: ts.Symbol | undefined): boolean {
  return symbol !== undefined && (symbol.declarations?.length ?? 0) > 0
}

/** A program that knows these files and nothing else, and so cannot resolve any global name. */
function bareProgram(sources: ReadonlyMap<string, ts.SourceFile>): ts.Program {
  const options: ts.CompilerOptions = { noLib: true, noResolve: true, types: [], target: ts.ScriptTarget.ES2023 }
  return ts.createProgram([...sources.keys()], options, {
    getSourceFile: (name) => sources.get(name),
    getDefaultLibFileName: () => 'none.d.ts',
    writeFile: () => undefined,
    getCurrentDirectory: () => '',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (name) => sources.has(name),
    readFile: () => undefined,
  })
}
