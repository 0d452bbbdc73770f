/**
 * A scenario drawn from a seed. Every part comes from a stream of its own (`swarm/cluster`, `swarm/faults`, ...), so
 * that a dimension more in one part changes nothing in the others. Whole kinds of fault are switched off in some runs
 * (Groce et al., "Swarm testing", ISSTA 2012): what always happens hides what happens only without it.
 *
 * Runs are short, because a hundred thousand of them are to be had in half an hour: 2 to 5 s, and a coordinator that
 * decides within a second.
 */
import { QUORUM_POLICIES, type QuorumName } from '../../algorithms/quorum/policies.ts'
import { TIMESTAMP_ALGORITHMS, type TimestampAlgorithmName } from '../../algorithms/timestamps/algorithms.ts'
import { RandomStreams } from '../chance/random.ts'
import { drawnBy, lingeringUs } from '../faults/facts.ts'
import { FAULT_VERBS, type FaultVerb } from '../faults/list.ts'
import { formatDuration, parseDuration } from '../file/amounts.ts'
import { quorumTakesThreshold } from '../file/policy-names.ts'
import { isMapping, overlay, type Written } from '../file/written.ts'
import { coordinatorNames, timestampServerNames } from '../scenario.ts'
import { Chance } from './chance.ts'
import { drawFaults } from './faults.ts'
import { drawIncidents } from './incidents.ts'
import { drawLinks } from './links.ts'
import { drawLosses, drawThresholds } from './losses.ts'
import { drawMachines } from './machines.ts'
import { Plan } from './plan.ts'
import { promisedChecks } from './promised-checks.ts'
import type { Space } from './space.ts'

/** Clusters of four are what the project is about. */
const NODE_WEIGHTS: Readonly<Record<number, number>> = { 3: 2, 4: 5, 5: 2, 7: 1 }
/** Long enough for a server that starts, a detection, a drain and a rebuild together. */
const LIVENESS_US = 8_000_000
/** A kind of fault is on with this probability. */
const VERB_ON = 0.7
/** Beyond the round trip, for the server's own work. */
const PROBE_SLACK_MS = 20
/** What is acknowledged when it is received may really be lost by these, unless somebody has seen it (losses.ts). */
const LOSES_RELAY_LOGS: ReadonlySet<FaultVerb> = new Set<FaultVerb>(['power-loss', 'lose-relay-logs'])
/** By themselves, from streams of their own. */
const DRAWN_APART: ReadonlySet<FaultVerb> = new Set(drawnBy('journal', 'thresholds', 'incidents', 'machines', 'links'))
const INCIDENTS = drawnBy('incidents')
const MACHINES = drawnBy('machines')
const LINKS = drawnBy('links')
const TAKES_THRESHOLD = ['cabinet', 'flexible']

export function drawScenario(space: Space, seed: number): Written {
  const streams = new RandomStreams(seed)
  const cluster = drawCluster(space, chanceOf(streams, 'cluster'))
  const { nodes } = overlay(cluster, (space.fixed.cluster ?? {}) as Written) as { nodes: number }
  const network = drawNetwork(space, chanceOf(streams, 'network'))
  const drawn: Written = {
    name: 'swarm',
    description: `Drawn from seed ${seed}.`,
    cluster,
    algorithms: drawAlgorithms(space, nodes, chanceOf(streams, 'algorithms')),
    workload: fitting(
      { ...drawWorkload(chanceOf(streams, 'workload')), ...longer(space, chanceOf(streams, 'aim')) },
      space.fixed.workload,
    ),
    network,
    tuning: reachable(drawTuning(chanceOf(streams, 'tuning')), network),
    liveness: formatDuration(LIVENESS_US),
  }
  const whole = overlay(drawn, { ...space.fixed, seed })
  const faults = (space.fixed.faults as readonly Written[] | undefined) ?? faultsOf(whole, space, streams)
  const lingerUs = lingeringUs(FAULT_VERBS.filter((verb) => faults.some((step) => verb in step)))
  const liveness = space.fixed.liveness ?? formatDuration(LIVENESS_US + lingerUs)
  return { ...whole, liveness, faults, checks: space.fixed.checks ?? promisedChecks(whole) }
}

function chanceOf(streams: RandomStreams, part: string): Chance {
  return new Chance(streams.stream(`swarm/${part}`))
}

function drawCluster(space: Space, chance: Chance): Written {
  const nodes = chance.weighted(space.nodes.map((n) => [n, NODE_WEIGHTS[n] ?? 1]))
  return {
    nodes,
    ...chance.weighted([
      [{ coordinators: 2 }, space.aim === null ? 0.15 : 0.4],
      [{ coordinators: 3 }, space.aim === null ? 0.05 : 0.2],
      [{}, space.aim === null ? 0.8 : 0.4],
    ]),
    acknowledge: chance.pick(['applied', 'received']),
    semiSync: chance.happens(0.3),
  }
}

function drawAlgorithms({ timestamps, quorum, election }: Space, nodes: number, chance: Chance): Written {
  const names = { timestamps: chance.pick(timestamps), quorum: chance.pick(quorum), election: chance.pick(election) }
  const most = Math.floor((nodes - 1) / 2)
  const failureThreshold = chance.between(1, most)
  const isStated = most > 1 && quorumTakesThreshold(names.quorum, 'mysql') && chance.happens(0.5)
  return isStated ? { ...names, failureThreshold } : names
}

function drawWorkload(chance: Chance): Written {
  return {
    arrivals: chance.pick(['poisson', 'poisson', 'uniform']),
    ratePerSec: chance.between(5, 20) * 10,
    clients: chance.pick([2, 4, 8, 16]),
    reads: chance.pick([0.1, 0.2, 0.4, 0.6]),
    consistency: chance.happens(0.3) ? { STRONG: 0.5, SESSION: 0.4, EVENTUAL: 0.1 } : 'STRONG',
    keys: chance.pick([1, 3, 10, 30]),
    duration: `${chance.between(25, 50) * 100}ms`,
    deadline: `${chance.between(10, 30) * 100}ms`,
  }
}

/** Without what the file's own pace leaves no room for: a closed loop has no rate, and stages have their own rates and duration. */
function fitting(drawn: Written, fixed: unknown): Written {
  if (!isMapping(fixed)) return drawn
  const { arrivals, ratePerSec, duration, ...rest } = drawn
  if (fixed.mode === 'closed') return { ...rest, duration }
  if (!Array.isArray(fixed.stages)) return drawn
  const stages = fixed.stages as readonly { readonly duration: string }[]
  const allUs = stages.reduce((sum, stage) => sum + (parseDuration(stage.duration) ?? 0), 0)
  return { ...rest, arrivals, duration: formatDuration(allUs) }
}

/** Time for a loss, a take-over that waits for an applier, and what comes of it. */
function longer({ aim }: Space, chance: Chance): Written {
  return aim === null ? {} : { duration: `${chance.between(45, 80) * 100}ms` }
}

function drawNetwork(space: Space, chance: Chance): Written {
  const median = `${chance.pick([100, 200, 200, 500, 1000, 3000])}us`
  const delay = chance.happens(0.2) ? median : { lognormal: { median, sigma: chance.pick([0.2, 0.5, 1]) } }
  // Only processes that every drawn cluster has.
  const fewest = Math.min(...space.nodes)
  const processes = [...Array.from({ length: fewest }, (_, i) => `node${i + 1}`), 'coordinator', 'client']
  const links: Record<string, Written> = {}
  for (let i = chance.pick([0, 0, 0, 1, 2, 4]); i > 0; i--) {
    const [from, to] = chance.some(processes, 2)
    links[`${from}->${to}`] = { delay: `${chance.pick([1, 5, 15, 40])}ms` }
  }
  return { default: { delay }, links }
}

/** Each as long as it may sensibly be in a short run; now and then the default. */
function drawTuning(chance: Chance): Written {
  const ranges: Readonly<Record<string, readonly [number, number]>> = {
    probeInterval: [40, 120],
    probeTimeout: [80, 200],
    unreachable: [250, 800],
    stalled: [800, 2000],
    quorumTimeout: [500, 2000],
    statementTimeout: [500, 2000],
    adminTimeout: [300, 1000],
    drainTimeout: [500, 3000],
    minimumTerm: [100, 800],
  }
  return Object.fromEntries(Object.entries(ranges).map(([key, [low, high]]) => [key, `${chance.between(low, high)}ms`]))
}

/**
 * A probe that cannot be answered in time by a server that is well is a configuration nobody means: such a server is down
 * by definition.
 */
function reachable(tuning: Written, { links }: Written): Written {
  const delaysMs = Object.values(links as Readonly<Record<string, Written>>).map(({ delay }) =>
    milliseconds(`${delay}`),
  )
  const least = 2 * Math.max(0, ...delaysMs) + PROBE_SLACK_MS
  return milliseconds(tuning.probeTimeout as string) >= least ? tuning : { ...tuning, probeTimeout: `${least}ms` }
}

function faultsOf(whole: Written, space: Space, streams: RandomStreams): readonly Written[] {
  const chance = chanceOf(streams, 'faults')
  const { acknowledge = 'applied' } = whole.cluster as { acknowledge?: string }
  const possible = space.verbs.filter(
    (verb) => !DRAWN_APART.has(verb) && (acknowledge === 'applied' || !LOSES_RELAY_LOGS.has(verb)),
  )
  const on = possible.filter(() => chance.happens(VERB_ON))
  const verbs: readonly FaultVerb[] = on.length > 0 || possible.length === 0 ? on : [chance.pick(possible)]
  const { timestamps, quorum } = whole.algorithms as { timestamps: TimestampAlgorithmName; quorum: QuorumName }
  const {
    nodes,
    coordinators = 1,
    timestampServers = TIMESTAMP_ALGORITHMS[timestamps].servers,
  } = whole.cluster as { nodes: number; coordinators?: number; timestampServers?: number }
  const { duration } = whole.workload as { duration: string }
  const tuning = isMapping(whole.tuning) ? whole.tuning : {}
  const plan = new Plan({
    chance: chanceOf(streams, 'losses'),
    verbs: space.verbs,
    nodes: Array.from({ length: nodes }, (_, i) => `node${i + 1}`),
    timestampServers: timestampServerNames(timestampServers),
    coordinators: coordinatorNames(coordinators),
    durationMs: milliseconds(duration),
    unreachableMs: milliseconds(tuning.unreachable as string),
  })
  if (drawLosses(plan, { acknowledge, isAim: space.aim === 'losses' })) drawFaults(plan.under({ chance, verbs }))
  if (TAKES_THRESHOLD.includes(quorum)) drawThresholds(plan.under({ chance: chanceOf(streams, 'thresholds') }))
  if (space.verbs.some((verb) => INCIDENTS.includes(verb)))
    drawIncidents(plan.under({ chance: chanceOf(streams, 'incidents') }), nodes - 1 - replicasRequired(whole, nodes))
  if (space.verbs.some((verb) => MACHINES.includes(verb)))
    drawMachines(plan.under({ chance: chanceOf(streams, 'machines') }))
  if (space.verbs.some((verb) => LINKS.includes(verb))) drawLinks(plan.under({ chance: chanceOf(streams, 'links') }))
  return plan.steps
}

/** k, as the drawn algorithms have it. */
function replicasRequired({ algorithms }: Written, nodes: number): number {
  const { quorum, failureThreshold = Math.floor((nodes - 1) / 2) } = algorithms as {
    quorum: QuorumName
    failureThreshold?: number
  }
  const policy = QUORUM_POLICIES[quorum].make({ failureThreshold, weightRatio: 'largest' })
  return policy.replicasRequired(nodes)
}

function milliseconds(text: string): number {
  return Math.floor(parseDuration(text)! / 1000)
}
