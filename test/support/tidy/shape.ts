/** How files are named, cut and exported. */
import ts from 'typescript'
import { type Rule, sourcesOf, topFolderOf, type Violation, violationAt, walk } from './source-tree.ts'

export const FOLDERS = ['algorithms', 'cli', 'compose', 'real', 'reports', 'scenarios', 'sim', 'test']

const MAX_LINES = 300
const SHORT_FILES = ['algorithms', 'cli', 'real', 'reports', 'scenarios', 'sim']
const NAMELESS = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'shared', 'lib']

export const noDefaultExports: Rule = (tree) =>
  perNode(tree, 'no default exports', (node) => {
    if (ts.isExportAssignment(node)) return 'export default'
    if (node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent)) return 'export default'
    if (ts.isExportSpecifier(node) && node.name.text === 'default') return 'export { ... as default }'
    return null
  })

/** A file that only hands on other files' exports hides where things are. */
export const noBarrels: Rule = (tree) => {
  const violations = perNode(tree, 'no barrel files', (node) =>
    ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && node.exportClause === undefined
      ? node.getText()
      : null,
  )
  for (const [path, source] of sourcesOf(tree)) {
    const { statements } = source
    const handsOn = statements.some((each) => ts.isExportDeclaration(each))
    const ownThings = statements.some((each) => !ts.isExportDeclaration(each) && !ts.isImportDeclaration(each))
    if (/(^|\/)index\.ts$/.test(path) || (handsOn && !ownThings))
      violations.push({ path, line: 1, rule: 'no barrel files', found: 'the whole file' })
  }
  return violations
}

export const filesAreNamedForAnIdea: Rule = (tree) => {
  const rule = 'files are named for an idea, in kebab-case'
  const violations: Violation[] = []
  for (const path of tree.texts.keys()) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const stem = name.replace(/(\.test)?\.(ts|vue|md|yaml)$/, '')
    const isKebab = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem)
    const isDocument = name.endsWith('.md') && /^[A-Z]+(-[A-Z]+)*$/.test(stem)
    if ((!isKebab && !isDocument) || NAMELESS.includes(stem)) violations.push({ path, line: 1, rule, found: name })
  }
  for (const path of tree.folders) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || NAMELESS.includes(name))
      violations.push({ path, line: 1, rule, found: name })
  }
  return violations
}

export const filesStayShort: Rule = (tree) => {
  const violations: Violation[] = []
  for (const [path, text] of tree.texts) {
    if (!/\.(ts|vue)$/.test(path) || !SHORT_FILES.includes(topFolderOf(path))) continue
    const lines = text.trimEnd().split('\n').length
    if (lines > MAX_LINES)
      violations.push({ path, line: MAX_LINES + 1, rule: `files have at most ${MAX_LINES} lines`, found: `${lines}` })
  }
  return violations
}

/** The one permitted `any` is what a yield gives in `type Fiber<T> = Generator<Effect, T, any>`. */
export const nobodySaysAny: Rule = (tree) =>
  perNode(tree, 'no any outside of the type Fiber', (node) =>
    node.kind === ts.SyntaxKind.AnyKeyword && !isInFiberType(node) ? 'any' : null,
  )

function isInFiberType(node: ts.Node): boolean {
  if (topFolderOf(node.getSourceFile().fileName) !== 'algorithms') return false
  const alias = ts.findAncestor(node, ts.isTypeAliasDeclaration)
  return alias?.name.text === 'Fiber'
}

export const noTestRunsAlone: Rule = (tree) =>
  perNode(tree, 'no .only', (node) =>
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.name.text === 'only' &&
    node.getSourceFile().fileName.startsWith('test/')
      ? node.expression.getText()
      : null,
  )

/** `test/sim/mysql/crash.test.ts` is about `sim/mysql/`; the tests about the whole project lie directly in test/. */
export const testsMirrorTheProject: Rule = (tree) => {
  const violations: Violation[] = []
  for (const path of tree.texts.keys()) {
    const folder = /^test\/(.+)\/[^/]+\.test\.ts$/.exec(path)?.[1]
    if (folder !== undefined && folder !== 'support' && !tree.folders.includes(folder))
      violations.push({ path, line: 1, rule: 'tests mirror the project', found: `there is no folder ${folder}/` })
  }
  return violations
}

export const topLevelIsTheEightFolders: Rule = (tree) => {
  const rule = 'the top level is the eight folders'
  const found = tree.folders.filter((path) => !path.includes('/'))
  return [
    ...found.filter((path) => !FOLDERS.includes(path)).map((path) => ({ path, line: 1, rule, found: 'one more' })),
    ...FOLDERS.filter((path) => !found.includes(path)).map((path) => ({ path, line: 1, rule, found: 'missing' })),
    ...[...tree.texts.keys()]
      .filter((path) => !path.includes('/') && path.endsWith('.ts') && path !== 'cli.ts')
      .map((path) => ({ path, line: 1, rule, found: 'source beside cli.ts' })),
  ]
}

export const everyFolderIntroducesItself: Rule = (tree) =>
  FOLDERS.filter((folder) => (tree.texts.get(`${folder}/README.md`) ?? '').trim() === '').map((folder) => ({
    path: `${folder}/README.md`,
    line: 1,
    rule: 'every folder has a README.md',
    found: 'missing or empty',
  }))

function perNode(tree: Parameters<Rule>[0], rule: string, fault: (node: ts.Node) => string | null): Violation[] {
  const violations: Violation[] = []
  for (const source of sourcesOf(tree).values())
    walk(source, (node) => {
      const found = fault(node)
      if (found !== null) violations.push(violationAt(node, rule, found))
    })
  return violations
}
