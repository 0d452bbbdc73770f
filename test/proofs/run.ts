/**
 * What the real cluster must show, each a command of its own that goes on where it was stopped:
 *
 *   npm run proofs -- failovers                 all attempts that are not in its file yet
 *   npm run proofs -- failovers --summary       the table of those that are, as Markdown
 *   npm run proofs -- failovers --count 12      12 attempts in all, its kinds in their proportions
 *   npm run proofs -- failovers --only killed   one of its kinds
 *   npm run proofs -- kills                     kill -9 at random moments
 *   npm run proofs -- steps                     a coordinator that dies or sleeps at each step of a failover
 *   npm run proofs -- hard                      failovers with something in their way
 *
 * A line of JSON for each attempt is appended to NAME.jsonl in `--out` (out/proofs/ otherwise). Exit code 1: an attempt had
 * a problem, or something was left behind.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CALM } from './calm.ts'
import { carryOut, isTrial } from './campaign.ts'
import { type Case, type CaseDone, carryOutCases, casesText } from './cases.ts'
import { FAILOVERS } from './failovers.ts'
import { FIGURES } from './figures.ts'
import { HARD_CASES } from './hard.ts'
import { KILLS, type Kill, killAgainAndAgain, killsText } from './kills.ts'
import { type ClusterEnd, isWellEnded, type Proof, type Trial } from './proof.ts'
import { SPLITS } from './splits.ts'
import { STEP_CASES } from './steps.ts'
import { summaryOf } from './summary.ts'
import { sum } from './table.ts'
import { TrialFile } from './trial-file.ts'

const PROOFS: Readonly<Record<string, Proof>> = {
  failovers: FAILOVERS,
  splits: SPLITS,
  figures: FIGURES,
  calm: CALM,
}

const CASES: Readonly<Record<string, readonly Case[]>> = { steps: STEP_CASES, hard: HARD_CASES }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string' },
    only: { type: 'string' },
    'per-cluster': { type: 'string', default: '100' },
    out: { type: 'string', default: fileURLToPath(new URL('../../out/proofs', import.meta.url)) },
    summary: { type: 'boolean', default: false },
  },
})
const over = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => over.abort(new Error(`ended by ${signal}`)))
const say = (line: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`)

const [name = ''] = positionals
const isWell = name === 'kills' ? await kills() : name in CASES ? await cases() : await onLiveClusters()
process.exitCode = isWell ? 0 : 1

async function kills(): Promise<boolean> {
  const file = new TrialFile<Kill>(values.out, name)
  if (!values.summary) await killAgainAndAgain(file, Number(values.count ?? KILLS), say, over.signal)
  console.log(killsText(file.lines))
  return file.lines.every(({ left }) => left.length === 0)
}

async function cases(): Promise<boolean> {
  const file = new TrialFile<CaseDone>(values.out, name)
  const count = Number(values.count ?? CASES[name]!.length)
  if (!values.summary) await carryOutCases(file, CASES[name]!, count, say, over.signal)
  console.log(casesText(file.lines))
  return file.lines.length >= count && file.lines.every(({ problems }) => problems.length === 0)
}

async function onLiveClusters(): Promise<boolean> {
  const proof = PROOFS[name]
  if (proof === undefined) {
    const expected = [...Object.keys(PROOFS), ...Object.keys(CASES), 'kills'].join(', ')
    throw new Error(`expected one of ${expected}, found ${JSON.stringify(name)}`)
  }
  const { only } = values
  if (only !== undefined && !(only in proof.kinds))
    throw new Error(`--only: expected one of ${Object.keys(proof.kinds).join(', ')}, found ${only}`)
  const file = new TrialFile<Trial | ClusterEnd>(values.out, name)
  const wanted = sum(Object.entries(proof.kinds).flatMap(([kind, { count }]) => ((only ?? kind) === kind ? count : [])))
  const share = values.count === undefined ? 1 : Number(values.count) / wanted
  const perCluster = Number(values['per-cluster'])
  if (!values.summary) await carryOut({ name, proof, file, only, signal: over.signal, share, perCluster, say })
  console.log(summaryOf(name, proof, file.lines))
  return file.lines.every((line) => (isTrial(line) ? line.problems.length === 0 : isWellEnded(line)))
}
