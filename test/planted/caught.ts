/** Sends a hunt through a tree, and says whether something was caught there. */
import { join } from 'node:path'
import type { Hunt } from './planted-bug.ts'
import { runIn } from './run-program.ts'

export type Verdict =
  /** `by`: the first test or check that noticed. */
  | { readonly kind: 'caught'; readonly by: string }
  | { readonly kind: 'missed' }
  /** The bug does not even run, so nothing was shown. */
  | { readonly kind: 'broken'; readonly output: string }

const HUNT_DEADLINE_MS = 180_000
/** What a plant that is no program ends with; tests that fail because of it have caught nothing. */
const NO_PROGRAM = /SyntaxError|TransformError|ReferenceError|ERR_MODULE_NOT_FOUND|does not provide an export/

export async function verdictOf(folder: string, hunt: Hunt): Promise<Verdict> {
  const { code, output } = await runIn(folder, commandOf(hunt), HUNT_DEADLINE_MS)
  if (NO_PROGRAM.test(output)) return { kind: 'broken', output }
  const by = /^ *(?:FAIL|CAUGHT) +(.+)$/m.exec(output)?.[1]
  const why = hunt.kind === 'tests' ? /AssertionError[^:]*: (.{1,120})/.exec(output)?.[1] : undefined
  if (code === 1 && by !== undefined)
    return { kind: 'caught', by: by.replaceAll('"', '').trim() + (why === undefined ? '' : ` (${why.trim()})`) }
  if (code === 0) return { kind: 'missed' }
  return { kind: 'broken', output }
}

function commandOf(hunt: Hunt): readonly string[] {
  if (hunt.kind === 'tests') return [join('test', 'run.ts'), '--without-needs', ...hunt.patterns]
  return [join('test', 'planted', 'hunt.ts'), JSON.stringify(hunt)]
}
