/**
 * Rules that give up a silent server, on the same drawn silences of a server that is well: how often each is wrong, and how
 * soon it would find one that stops at a random moment. All of them but the fixed ones are kept between 0.4 and 1 s, as
 * the product's is, and need as many silences before they say anything.
 */
import { Silence } from '../../algorithms/failover/silence.ts'
import { type DrawnSilence, drawSilences, WEATHERS } from '../algorithms/failover/drawn-silences.ts'

const SEEDS = 20
const SECONDS = 300
const MOST_US = 1_000_000
const LEAST_US = 400_000
const ENOUGH = 20
const WINDOW = 1_000

/** A new one for each server. */
interface Rule {
  readonly name: string
  readonly make: () => {
    readonly boundUs: (nowUs: number) => number
    readonly ended: (silence: DrawnSilence) => void
  }
}

const RULES: readonly Rule[] = [
  fixed('fixed, 1 s', MOST_US),
  fixed('fixed, 0.4 s', LEAST_US),
  // P(longer) = 10^-8.
  overWindow('phi 8, normal (Hayashibara, Akka)', (lengths) => meanOf(lengths) + 5.61 * deviationOf(lengths)),
  overWindow('phi 8, exponential (Cassandra)', (lengths) => 8 * Math.LN10 * meanOf(lengths)),
  overWindow(
    'twice the 99.9th percentile',
    (lengths) => 2 * lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length * 0.999)]!,
  ),
  {
    name: '0.3 s, and twice the longest of a minute (ours)',
    make: () => {
      const silence = new Silence()
      return {
        boundUs: (nowUs) => silence.boundUs(MOST_US, nowUs),
        ended: ({ beganUs, lengthUs }) => {
          silence.asked(beganUs)
          silence.answered(beganUs + lengthUs)
        },
      }
    },
  },
]

function fixed(name: string, us: number): Rule {
  return { name, make: () => ({ boundUs: () => us, ended: () => {} }) }
}

function overWindow(name: string, of: (lengths: readonly number[]) => number): Rule {
  return {
    name,
    make: () => {
      const lengths: number[] = []
      let boundUs = MOST_US
      return {
        boundUs: () => boundUs,
        ended: ({ lengthUs }) => {
          if (lengths.push(lengthUs) > WINDOW) lengths.shift()
          // A look now and then is enough, and the percentile's is long.
          if (lengths.length >= ENOUGH && (lengths.length < WINDOW || lengthUs > boundUs / 4))
            boundUs = Math.min(MOST_US, Math.max(LEAST_US, of(lengths)))
        },
      }
    },
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)))
}

export function detection(): void {
  const hours = (SEEDS * SECONDS) / 3_600
  console.log(`\nGiving up a silent server: false alarms an hour, and how long a server that stops is silent (median)`)
  for (const weather of WEATHERS) {
    const drawn = Array.from({ length: SEEDS }, (_, seed) => drawSilences(weather, seed, SECONDS))
    const longestUs = drawn.flat().reduce((longest, { lengthUs }) => Math.max(longest, lengthUs), 0)
    console.log(`  ${weather.name}; the longest silence ${(longestUs / 1_000).toFixed(0)} ms`)
    const outcomes = RULES.map((rule) => ({ rule, ...judged(rule, drawn) }))
    const first = outcomes[0]!.detectedUs
    for (const { rule, alarms, detectedUs } of outcomes)
      console.log(
        `    ${rule.name.padEnd(48)} ${(alarms / hours).toFixed(1).padStart(8)} ${(detectedUs / 1_000).toFixed(0).padStart(6)} ms` +
          `  ${(detectedUs / first).toFixed(2)}`,
      )
  }
}

function judged(rule: Rule, drawn: readonly (readonly DrawnSilence[])[]) {
  let alarms = 0
  const bounds: number[] = []
  for (const silences of drawn) {
    const judge = rule.make()
    for (const silence of silences) {
      const boundUs = judge.boundUs(silence.beganUs)
      bounds.push(boundUs)
      if (silence.lengthUs > boundUs) alarms++
      judge.ended(silence)
    }
  }
  return { alarms, detectedUs: bounds.sort((a, b) => a - b)[bounds.length >> 1]! }
}
