/**
 * The house rules that a tool can check, each shown to fire on a planted violation. The rules themselves are in
 * test/support/tidy/.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseScenario } from '../scenarios/file/load.ts'
import { test } from './support/test.ts'
import { scenarioBlocksIn } from './support/tidy/documents.ts'
import { importsEndInTs, importsPointDownwards } from './support/tidy/layers.ts'
import { algorithmsAndSimulatorArePure } from './support/tidy/purity.ts'
import {
  everyFolderIntroducesItself,
  FOLDERS,
  filesAreNamedForAnIdea,
  filesStayShort,
  noBarrels,
  nobodySaysAny,
  noDefaultExports,
  noTestRunsAlone,
  testsMirrorTheProject,
  topLevelIsTheEightFolders,
} from './support/tidy/shape.ts'
import { plantedTree, type Rule, readTree, type SourceTree } from './support/tidy/source-tree.ts'
import { nothingIsExportedInVain } from './support/tidy/unused.ts'

/** Each reads the whole project, on a machine that may be busy. */
const DEADLINE_MS = 120_000

let project: SourceTree | null = null

function projectTree(): SourceTree {
  project ??= readTree(fileURLToPath(new URL('..', import.meta.url)))
  return project
}

function findings(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  return rule(plantedTree(files)).map(({ path, line, found }) => `${path}:${line} ${found}`)
}

interface Tested {
  readonly title: string
  readonly rule: Rule
  /** Path, text, and what must be found in it; [] where nothing may be. */
  readonly planted: readonly (readonly [path: string, text: string, found: readonly string[]])[]
}

const LONG = `${'x\n'.repeat(300)}`

const rules: readonly Tested[] = [
  {
    title: 'imports point downwards, by the table',
    rule: importsPointDownwards,
    planted: [
      ['algorithms/a.ts', `import { b } from '../scenarios/b.ts'`, ['1 algorithms/ imports scenarios/b.ts']],
      ['algorithms/a.ts', `import type { b } from '../sim/b.ts'`, ['1 algorithms/ imports sim/b.ts']],
      ['algorithms/a.ts', `\nlet b: import('../real/b.ts').B`, ['2 algorithms/ imports real/b.ts']],
      [
        'algorithms/a.ts',
        `import { z } from 'zod'`,
        ['1 algorithms/ imports zod; it imports nothing outside of itself'],
      ],
      ['algorithms/x/a.ts', `export { b } from '../../sim/b.ts'`, ['1 algorithms/ imports sim/b.ts']],
      ['algorithms/x/a.ts', `import { b } from '../y/b.ts'`, []],
      ['algorithms/a.ts', `// import { b } from '../sim/b.ts'\nconst text = "from '../sim/b.ts'"`, []],
      ['sim/a.ts', `import { b } from '../real/b.ts'`, ['1 sim/ imports real/b.ts']],
      ['sim/a.ts', `await import('../real/b.ts')`, ['1 sim/ imports real/b.ts']],
      ['sim/a.ts', `await import(name)`, ['1 sim/ imports a computed path']],
      ['sim/a.ts', `import { b } from '../scenarios/b.ts'\nimport { c } from '../algorithms/c.ts'`, []],
      ['sim/a.ts', `import { readFileSync } from 'node:fs'`, ['1 sim/ imports node:fs']],
      ['sim/host/a.ts', `import { Worker } from 'node:worker_threads'`, []],
      ['real/a.ts', `import { b } from '../sim/b.ts'`, ['1 real/ imports sim/b.ts']],
      ['real/a.ts', `new Worker(new URL('../sim/b.ts', import.meta.url))`, ['1 real/ imports sim/b.ts']],
      ['real/a.ts', `import { b } from '../reports/b.ts'`, ['1 real/ imports reports/b.ts']],
      [
        'real/a.vue',
        `<template>\n</template>\n<script setup lang="ts">\nimport { b } from '../reports/b.ts'\n</script>`,
        ['4 real/ imports reports/b.ts'],
      ],
      ['scenarios/a.ts', `import { b } from '../sim/b.ts'`, ['1 scenarios/ imports sim/b.ts']],
      ['scenarios/a.ts', `import { b } from '../algorithms/b.ts'\nimport { z } from 'zod'`, []],
      ['reports/a.ts', `import { b } from '../algorithms/b.ts'`, ['1 reports/ imports algorithms/b.ts']],
      [
        'reports/a.ts',
        `import { b } from '../scenarios/judge.ts'`,
        [
          '1 reports/ imports scenarios/judge.ts; it may import scenarios/record.ts, scenarios/rows.ts, scenarios/measures/expectations.ts, scenarios/result.ts, scenarios/result-audit.ts, scenarios/result-durations.ts, scenarios/result-series.ts, scenarios/stress-result.ts, scenarios/measures/statistics.ts, scenarios/shown/numbers.ts, scenarios/shown/palette.ts, scenarios/shown/quarantine.ts, scenarios/measures/compare-results.ts, scenarios/file/delay-text.ts, scenarios/file/levels.ts, scenarios/file/load-text.ts',
        ],
      ],
      ['reports/x/a.ts', `import { b } from '../../scenarios/result.ts'`, []],
      ['cli.ts', `import { b } from './algorithms/b.ts'`, ['1 cli.ts imports algorithms/b.ts']],
      ['cli.ts', `import { b } from './sim/b.ts'`, ['1 cli.ts imports sim/b.ts']],
      ['cli.ts', `import { b } from './cli/b.ts'`, []],
      ['cli/run/a.ts', `import { b } from '../../sim/b.ts'\nimport { c } from '../../reports/c.ts'`, []],
      ['scenarios/a.ts', `import { b } from '../cli/b.ts'`, ['1 scenarios/ imports cli/b.ts']],
      ['sim/a.ts', `import { b } from '../test/b.ts'`, ['1 sim/ imports test/b.ts']],
      ['sim/a.ts', `import { b } from '../../elsewhere/b.ts'`, ['1 ../../elsewhere/b.ts lies outside of the project']],
      [
        'test/a.test.ts',
        `import { test } from 'uvu'`,
        ['1 uvu is imported outside of test/support/; import test from test/support/test.ts'],
      ],
    ],
  },
  {
    title: 'imports end in .ts',
    rule: importsEndInTs,
    planted: [
      ['sim/a.ts', `import { b } from './b'\nimport { c } from './c.js'`, ['1 ./b', '2 ./c.js']],
      ['sim/a.ts', `import { b } from './b.ts'\nimport { z } from 'zod'`, []],
    ],
  },
  {
    title: 'algorithms and simulator ask no clock, no chance and no machine',
    rule: algorithmsAndSimulatorArePure,
    planted: [
      ['algorithms/a.ts', `export const now = () => Date.now()`, ['1 Date']],
      ['sim/a.ts', `export const now = performance.now()`, ['1 performance']],
      ['sim/a.ts', `export const chance = Math.random()`, ['1 Math.random']],
      ['sim/a.ts', `export const { random } = Math`, ['1 { random } = Math']],
      ['sim/a.ts', `export const dice = Math['random']`, [`1 Math['random']`]],
      ['sim/a.ts', `export const delay = Math.log(2)`, ['1 Math.log']],
      ['sim/a.ts', `export const most = Math.max(1, Math.floor(2.5))`, []],
      ['sim/a.ts', `export {}\nsetTimeout(() => {}, 5)`, ['2 setTimeout']],
      ['sim/a.ts', `export const later = setTimeout`, ['1 setTimeout']],
      ['sim/a.ts', `export const both = { process }`, ['1 process']],
      ['sim/a.ts', `export const all = globalThis`, ['1 globalThis']],
      ['algorithms/a.ts', `export const name = process.env.NAME\nconsole.log(name)`, ['1 process', '2 console']],
      ['algorithms/a.ts', `// Date.now() would be wrong\nexport const text = 'Math.random() and process'`, []],
      ['algorithms/a.ts', `export function start(process: string) { return { process, Date: process } }`, []],
      ['algorithms/a.ts', `export const get = (x: { process: number }) => x.process`, []],
      ['algorithms/a.ts', `export const start = ({ process: host }: { process: string }) => host`, []],
      ['algorithms/a.ts', `import { process } from './b.ts'\nexport const name = process.name`, []],
      ['sim/host/a.ts', `export const now = Date.now() + performance.now()`, []],
      ['real/a.ts', `export const now = Date.now()`, []],
      ['scenarios/a.ts', `export const now = Date.now()`, ['1 Date']],
      ['scenarios/a.ts', `export const name = process.cwd()`, []],
    ],
  },
  {
    title: 'nothing is exported as default',
    rule: noDefaultExports,
    planted: [
      ['sim/a.ts', `export default 5`, ['1 export default']],
      ['sim/a.ts', `export default function run() {}`, ['1 export default']],
      ['sim/a.ts', `const a = 1\nexport { a as default }`, ['2 export { ... as default }']],
      ['sim/a.ts', `import ts from 'typescript'\nswitch (ts) { default: break }`, []],
    ],
  },
  {
    title: 'there are no barrel files',
    rule: noBarrels,
    planted: [
      ['sim/index.ts', `export const a = 1`, ['1 the whole file']],
      ['sim/a.ts', `export { b } from './b.ts'\nexport { c } from './c.ts'`, ['1 the whole file']],
      ['sim/a.ts', `export * from './b.ts'\nexport const c = 1`, [`1 export * from './b.ts'`]],
      ['sim/a.ts', `export { b } from './b.ts'\nexport const c = 1`, []],
    ],
  },
  {
    title: 'files and folders are named for an idea, in kebab-case',
    rule: filesAreNamedForAnIdea,
    planted: [
      ['sim/eventQueue.ts', '', ['1 eventQueue.ts']],
      ['sim/event_queue.ts', '', ['1 event_queue.ts']],
      ['sim/utils.ts', '', ['1 utils.ts']],
      ['sim/kernel/event-queue.ts', '', []],
      ['test/sim/kernel/event-queue.test.ts', '', []],
      ['README.md', '', []],
      ['scenarios/Primary.yaml', '', ['1 Primary.yaml']],
    ],
  },
  {
    title: 'files of the product have at most 300 lines',
    rule: filesStayShort,
    planted: [
      ['sim/a.ts', LONG, []],
      ['sim/a.ts', `${LONG}x`, ['301 301']],
      ['test/a.test.ts', `${LONG}x`, []],
    ],
  },
  {
    title: 'nobody says any outside of the type Fiber',
    rule: nobodySaysAny,
    planted: [
      ['real/a.ts', `export const a = (b: any) => b`, ['1 any']],
      ['real/a.ts', `export const a = 1\nexport type B = Record<string, any>`, ['2 any']],
      ['real/a.ts', `// any\nexport const any = 'any'`, []],
      ['algorithms/a.ts', `export type Fiber<T> = Generator<unknown, T, any>`, []],
      ['algorithms/a.ts', `export type Fibre<T> = Generator<unknown, T, any>`, ['1 any']],
      ['sim/a.ts', `export type Fiber<T> = Generator<unknown, T, any>`, ['1 any']],
    ],
  },
  {
    title: 'tests lie where what they test lies',
    rule: testsMirrorTheProject,
    planted: [
      ['test/simulator/a.test.ts', '', ['1 there is no folder simulator/']],
      ['test/a.test.ts', '', []],
      ['test/support/a.test.ts', '', []],
      ['test/bench/a.ts', '', []],
    ],
  },
  {
    title: 'no test asks to run alone',
    rule: noTestRunsAlone,
    planted: [
      ['test/a.test.ts', `test('a', () => {})\ntest.only('b', () => {})`, ['2 test.only']],
      ['test/a.test.ts', `// test.only('b')\ntest('the only one', () => {})`, []],
    ],
  },
]

for (const { title, rule, planted } of rules) {
  test(title, { deadlineMs: DEADLINE_MS }, () => {
    assert.deepEqual(rule(projectTree()).map(sentence), [])
  })
  test(`a planted violation is found: ${title}`, () => {
    for (const [path, text, found] of planted)
      assert.deepEqual(
        findings(rule, { [path]: text }),
        found.map((each) => `${path}:${each}`),
        text,
      )
    assert.ok(planted.some(([, , found]) => found.length > 0))
  })
}

test('the top level is the eight folders and cli.ts', () => {
  assert.deepEqual(topLevelIsTheEightFolders(projectTree()).map(sentence), [])
})

test('a planted violation is found: the top level is the eight folders and cli.ts', () => {
  const eight = Object.fromEntries(FOLDERS.map((folder) => [`${folder}/README.md`, 'x']))
  assert.deepEqual(findings(topLevelIsTheEightFolders, eight), [])
  assert.deepEqual(findings(topLevelIsTheEightFolders, { ...eight, 'lib/a.ts': '' }), ['lib:1 one more'])
  assert.deepEqual(findings(topLevelIsTheEightFolders, { ...eight, 'main.ts': '' }), ['main.ts:1 source beside cli.ts'])
  const { 'sim/README.md': _, ...seven } = eight
  assert.deepEqual(findings(topLevelIsTheEightFolders, seven), ['sim:1 missing'])
})

test("folders whose names begin with a dot are other tools' and no part of the eight", () => {
  const root = mkdtempSync(join(tmpdir(), 'quorumlab-tidy-'))
  try {
    mkdirSync(join(root, '.github/ISSUE_TEMPLATE'), { recursive: true })
    writeFileSync(join(root, '.github/ISSUE_TEMPLATE/Wrong_Name.md'), 'x')
    assert.deepEqual(readTree(root), { texts: new Map(), folders: [] })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

test('every folder introduces itself in a README', () => {
  assert.deepEqual(everyFolderIntroducesItself(projectTree()).map(sentence), [])
})

test('a planted violation is found: every folder introduces itself in a README', () => {
  const eight = Object.fromEntries(FOLDERS.map((folder) => [`${folder}/README.md`, 'x']))
  assert.deepEqual(findings(everyFolderIntroducesItself, eight), [])
  assert.deepEqual(findings(everyFolderIntroducesItself, { ...eight, 'sim/README.md': ' \n' }), [
    'sim/README.md:1 missing or empty',
  ])
})

test('what a file exports is imported by another', { deadlineMs: DEADLINE_MS }, () => {
  assert.deepEqual(nothingIsExportedInVain(projectTree()).map(sentence), [])
})

test('a planted violation is found: what a file exports is imported by another', () => {
  const used = {
    'sim/b.ts': `import { a, type T } from './a.ts'\nexport { c as d } from './c.ts'`,
    'sim/d.ts': `import { d } from './b.ts'\nimport * as all from './e.ts'`,
    'sim/f.ts': `await import('./g.ts')\nimport './h.ts'`,
    'sim/a.ts': 'export const a = 1\nexport type T = 1',
    'sim/c.ts': 'export class c {}',
    'sim/e.ts': 'export const e = 1',
    'sim/g.ts': 'export const g = 1',
  }
  assert.deepEqual(findings(nothingIsExportedInVain, used), [])
  const unused = {
    ...used,
    'sim/a.ts': 'export const a = 1\nexport type T = 1\n\nexport function own() {}\nconst own2 = own()',
    'sim/h.ts': 'export interface H {}\nexport type { T } from "./a.ts"',
    'test/sim/c.test.ts': `import { a, own as mine } from './a.ts'\nexport const b = 1`,
  }
  assert.deepEqual(findings(nothingIsExportedInVain, unused), [
    'sim/a.ts:4 own',
    'sim/h.ts:1 H',
    'sim/h.ts:2 T',
    'test/sim/c.test.ts:2 b',
  ])
})

test('scenarios are found in documents by their YAML blocks, and other blocks are left alone', () => {
  const text = [
    '# Title',
    '```yaml',
    'name: one',
    'workload: { mode: open }',
    '```',
    '```yaml',
    '- { at: 10s, crash: source }',
    '```',
    '```ts',
    'name: two',
    'workload: 5',
    '```',
  ].join('\n')
  assert.deepEqual(scenarioBlocksIn(plantedTree({ 'sim/README.md': text })), [
    { path: 'sim/README.md', line: 3, text: 'name: one\nworkload: { mode: open }' },
  ])
})

test('every scenario in the documents is one that the loader accepts', () => {
  const refused: string[] = []
  // Blank lines in front let the loader's line numbers be those of the document.
  for (const { path, line, text } of scenarioBlocksIn(projectTree()))
    try {
      parseScenario('\n'.repeat(line - 1) + text, path)
    } catch (error) {
      refused.push(error instanceof Error ? error.message : String(error))
    }
  assert.deepEqual(refused, [])
})

test('a planted violation is found: a scenario in a document with a misspelt key', () => {
  const [block] = scenarioBlocksIn(plantedTree({ 'README.md': '```yaml\nname: one\nworkload: { rate: 5 }\n```' }))
  assert.throws(() => parseScenario(block!.text, block!.path), /README\.md/)
})

function sentence(violation: { path: string; line: number; rule: string; found: string }): string {
  return `${violation.path}:${violation.line} ${violation.rule}: ${violation.found}`
}
