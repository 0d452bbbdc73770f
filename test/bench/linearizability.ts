/** The verdict on 10,000 operations of 32 clients over 100 keys, for histories of several kinds. */
import { judgeRegisters } from '../../scenarios/checks/linearizable.ts'
import { type Load, largeHistory } from '../scenarios/checks/linearizability/histories.ts'
import { measure, printTable } from './measure.ts'

const LOAD: Load = { operations: 10_000, clients: 32, keys: 100, unknown: 0, stale: 0 }
const KINDS: readonly (Load & { readonly name: string; readonly verdict: string })[] = [
  { ...LOAD, name: 'linearizable', verdict: 'pass' },
  { ...LOAD, name: 'half of the writes unknown', unknown: 0.5, verdict: 'pass' },
  { ...LOAD, name: 'one key instead of 100', keys: 1, verdict: 'pass' },
  { ...LOAD, name: '200 stale reads', stale: 200, verdict: 'fail' },
  { ...LOAD, name: '200 stale reads on one key', keys: 1, stale: 200, verdict: 'fail' },
]
const STEPS = 20_000_000

export function linearizability(): void {
  const contestants = KINDS.map((kind) => {
    const history = largeHistory(1, kind)
    const work = () => {
      const { verdict } = judgeRegisters(history, STEPS)
      if (verdict !== kind.verdict) throw new Error(`${kind.name}: ${verdict} instead of ${kind.verdict}`)
      return history.length
    }
    return { name: kind.name, work }
  })
  const measured = measure(contestants)
  printTable('linearizability: 10,000 operations of 32 clients', 'operations', measured)
  const slowest = Math.min(...measured.map(({ unitsPerSec }) => unitsPerSec))
  console.log(`  the slowest takes ${((LOAD.operations / slowest) * 1000).toFixed(1)} ms`)
}
