/**
 * Silences of a server that is well, drawn: probes ten times a second and statements at random moments, answered after
 * times of one distribution or another, with moments in which it stands still. For judging rules that give up a server.
 */
import { RandomStreams } from '../../../scenarios/chance/random.ts'

type Draw = () => number

interface Weather {
  readonly name: string
  readonly statementsPerSec: number
  /** `uniform`: the next draw in (0, 1). Microseconds until an answer. */
  readonly answerUs: (uniform: Draw) => number
  /** How often it stands still, and for how long. */
  readonly stalls: { readonly perSec: number; readonly us: (uniform: Draw) => number } | null
}

export interface DrawnSilence {
  readonly beganUs: number
  readonly lengthUs: number
}

const normal = (uniform: Draw) => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
const lognormal = (medianUs: number, sigma: number) => (uniform: Draw) => medianUs * Math.exp(sigma * normal(uniform))
const exponential = (meanUs: number) => (uniform: Draw) => -meanUs * Math.log(uniform())
const pareto = (leastUs: number, shape: number) => (uniform: Draw) => leastUs * uniform() ** (-1 / shape)
/** TCP sends a lost segment again after 200 ms, then after twice as long each time. */
const lossy = (ratio: number, plain: (uniform: Draw) => number) => (uniform: Draw) => {
  let us = plain(uniform)
  for (let waitUs = 200_000; uniform() < ratio; waitUs *= 2) us += waitUs
  return us
}
const LAN = lognormal(300, 0.5)

export const WEATHERS: readonly Weather[] = [
  { name: 'quiet', statementsPerSec: 50, answerUs: LAN, stalls: null },
  { name: 'idle: probes alone', statementsPerSec: 0, answerUs: LAN, stalls: null },
  { name: 'busy, lognormal 20 ms', statementsPerSec: 50, answerUs: lognormal(20_000, 1), stalls: null },
  { name: 'jitter, exponential 50 ms', statementsPerSec: 20, answerUs: exponential(50_000), stalls: null },
  { name: 'heavy tail, Pareto 1.2', statementsPerSec: 5, answerUs: pareto(10_000, 1.2), stalls: null },
  { name: 'link loses 20 %', statementsPerSec: 5, answerUs: lossy(0.2, LAN), stalls: null },
  {
    name: 'stalls of 300 ms',
    statementsPerSec: 50,
    answerUs: LAN,
    stalls: { perSec: 0.2, us: () => 300_000 },
  },
  {
    name: 'flushes, lognormal 150 ms',
    statementsPerSec: 50,
    answerUs: LAN,
    stalls: { perSec: 0.2, us: lognormal(150_000, 0.5) },
  },
  {
    name: 'slow and stalling',
    statementsPerSec: 20,
    answerUs: lognormal(50_000, 1),
    stalls: { perSec: 0.5, us: exponential(100_000) },
  },
]

const PROBE_GAP_US = 100_000

/** By `Silence`'s definition: from a question, when none is unanswered, to the next answer. */
export function drawSilences(weather: Weather, seed: number, seconds: number): readonly DrawnSilence[] {
  const stream = new RandomStreams(seed).stream(weather.name)
  const uniform = () => 1 - stream.uniform()
  const endUs = seconds * 1e6
  const stalls = drawStalls(weather, uniform, endUs)
  let stall = 0
  const answeredUs = (askedUs: number) => {
    const us = askedUs + weather.answerUs(uniform)
    while (stall < stalls.length && stalls[stall]!.endUs < askedUs) stall++
    const next = stalls[stall]
    return next !== undefined && us >= next.beganUs && us < next.endUs ? next.endUs : us
  }
  const questions: { readonly askedUs: number; readonly answeredUs: number }[] = []
  const pace = weather.statementsPerSec / 1e6
  let statementUs = pace === 0 ? Number.POSITIVE_INFINITY : exponential(1 / pace)(uniform)
  for (let probeUs = 0; Math.min(probeUs, statementUs) < endUs; ) {
    const askedUs = Math.min(probeUs, statementUs)
    const answered = answeredUs(askedUs)
    questions.push({ askedUs, answeredUs: answered })
    if (askedUs === probeUs) probeUs = Math.min(answered, askedUs + 150_000) + PROBE_GAP_US
    else statementUs += exponential(1 / pace)(uniform)
  }
  return silencesOf(questions)
}

function drawStalls({ stalls }: Weather, uniform: Draw, endUs: number) {
  const drawn: { readonly beganUs: number; readonly endUs: number }[] = []
  if (stalls === null) return drawn
  for (let us = 0; us < endUs; ) {
    const beganUs = us + exponential(1e6 / stalls.perSec)(uniform)
    us = beganUs + stalls.us(uniform)
    drawn.push({ beganUs, endUs: us })
  }
  return drawn
}

function silencesOf(questions: readonly { readonly askedUs: number; readonly answeredUs: number }[]): DrawnSilence[] {
  const events = questions
    .flatMap(({ askedUs, answeredUs }) => [
      { atUs: askedUs, isAnswer: false },
      { atUs: answeredUs, isAnswer: true },
    ])
    .sort((a, b) => a.atUs - b.atUs)
  const silences: DrawnSilence[] = []
  let sinceUs: number | null = null
  for (const { atUs, isAnswer } of events) {
    if (!isAnswer) sinceUs ??= atUs
    else if (sinceUs !== null) {
      silences.push({ beganUs: sinceUs, lengthUs: atUs - sinceUs })
      sinceUs = null
    }
  }
  return silences
}
