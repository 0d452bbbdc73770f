/** The small parts that every event or operation pays for: a random draw, a sampled delay, a recorded latency, a hash. */

import { RandomStreams } from '../../scenarios/chance/random.ts'
import { delayTable } from '../../scenarios/chance/sampling.ts'
import { LogHistogram } from '../../scenarios/measures/log-histogram.ts'
import { TraceHash } from '../../sim/kernel/trace-hash.ts'
import { measure, printTable } from './measure.ts'

const TIMES = 2_000_000

export function pieces(): void {
  const stream = new RandomStreams(1).stream('pieces')
  const lognormal = delayTable({ kind: 'lognormal', medianUs: 500, sigma: 0.5 })
  const histogram = new LogHistogram()
  const hash = new TraceHash()
  /** Every result goes into a sum, so that no part can be optimised away. */
  const repeat = (part: (index: number) => number) => () => {
    let sum = 0
    for (let index = 0; index < TIMES; index++) sum += part(index)
    if (Number.isNaN(sum)) throw new Error('not a number')
    return TIMES
  }
  const measured = measure([
    { name: 'draw of a stream', work: repeat(() => stream.nextUint32()) },
    { name: 'delay from the table', work: repeat(() => lognormal.sample(stream)) },
    { name: 'delay by Box-Muller and Math', work: repeat(boxMuller) },
    {
      name: 'record into a histogram',
      work: repeat((index) => {
        histogram.record(500 + (index & 0xfff))
        return index
      }),
    },
    {
      name: 'event into the trace hash',
      work: repeat((index) => {
        hash.mix(index, 1, index & 3, index)
        return index
      }),
    },
  ])
  printTable('pieces: one loop around each', 'times', measured, false)
}

function boxMuller(): number {
  const z = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())
  return Math.floor(500 * Math.exp(0.5 * z) + 0.5)
}
