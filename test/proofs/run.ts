/**
 * What the real cluster must show, each a command of its own that goes on where it was stopped:
 *
 *   npm run proofs -- failovers                 all attempts that are not in its file yet
 *   npm run proofs -- failovers --summary       the table of those that are, as Markdown
 *   npm run proofs -- failovers --count 12      12 attempts in all, its kinds in their proportions
 *   npm run proofs -- failovers --only killed   one of its kinds
 *
 * A line of JSON for each attempt is appended to NAME.jsonl in `--out` (out/proofs/ otherwise). Exit code 1: an attempt had
 * a problem, or something was left behind.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { carryOut, isTrial } from './campaign.ts'
import { FAILOVERS } from './failovers.ts'
import { FIGURES } from './figures.ts'
import type { ClusterEnd, Proof, Trial } from './proof.ts'
import { summaryOf } from './summary.ts'
import { TrialFile } from './trial-file.ts'

const PROOFS: Readonly<Record<string, Proof>> = { failovers: FAILOVERS, figures: FIGURES }

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
const [name = ''] = positionals
const proof = PROOFS[name]
if (proof === undefined)
  throw new Error(`expected one of ${Object.keys(PROOFS).join(', ')}, found ${JSON.stringify(name)}`)
if (values.only !== undefined && !(values.only in proof.kinds))
  throw new Error(`--only: expected one of ${Object.keys(proof.kinds).join(', ')}, found ${values.only}`)

const file = new TrialFile<Trial | ClusterEnd>(values.out, name)
if (!values.summary) {
  const over = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => over.abort(new Error(`ended by ${signal}`)))
  const wanted = Object.entries(proof.kinds)
    .filter(([kind]) => values.only === undefined || kind === values.only)
    .reduce((sum, [, { count }]) => sum + count, 0)
  await carryOut({
    ...{ name, proof, file, only: values.only, signal: over.signal },
    share: values.count === undefined ? 1 : Number(values.count) / wanted,
    perCluster: Number(values['per-cluster']),
    say: (line) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`),
  })
}
console.log(summaryOf(name, proof, file.lines))
const isWell = file.lines.every((line) => (isTrial(line) ? line.problems.length === 0 : line.left.length === 0))
process.exitCode = isWell ? 0 : 1
