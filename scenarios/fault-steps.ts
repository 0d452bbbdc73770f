/**
 * From the faults as written to the schedule both worlds follow: `for:` becomes an undo step of its own, steps are in
 * order of time, and what cannot be meant is refused: a target that does not exist, a fault after the end, an undo
 * of nothing.
 */
import { largestFailureThreshold } from '../algorithms/quorum/weights.ts'
import { formatDuration } from './amounts.ts'
import { isRequest } from './coordinator-steps.ts'
import { checkMoment } from './fault-moments.ts'
import { DOES_OF, type ParsedFault, type ParsedTarget, UNDO_OF } from './fault-schema.ts'
import { suggestion } from './nearest.ts'
import { clientSites } from './raft-settings.ts'
import { coordinatorNames, type FaultStep, type FaultVerb, type Scenario } from './scenario.ts'
import { show } from './schema-issues.ts'
import type { Path } from './yaml-source.ts'

/** A fault that fits its verb's schema. */
export interface WrittenFault {
  readonly verb: FaultVerb
  readonly parsed: ParsedFault
  readonly target: ParsedTarget
  /** Where it stands in the file: [`faults`, index]. */
  readonly path: Path
  readonly line: number
}

/** Refuses the file: where, what, expected, found. */
export type Refuse = (path: Path, what: string, expected: string, found: string) => never

/** What only a MySQL server has: a disk that matters, a relay log, an applier. */
const ONLY_MYSQL: ReadonlySet<FaultVerb> = new Set(['power-loss', 'lose-relay-logs', 'block-applier'])

/** `oracle` only: the timestamp server that issues. */
export const ISSUER = 'issuer'
const NODE_ROLES = ['source', 'replica', 'fastest', 'any', 'minority', 'all']
/** Verbs of single messages, which only datagrams suffer: TCP hides them from those who use it. */
const DATAGRAM_VERBS: readonly FaultVerb[] = ['duplicate', 'reorder']

/** Of a Raft group besides: the t followers that the next round needs most, or least. */
const RAFT_ROLES = [...NODE_ROLES, 'strongest', 'weakest']

export function processNames(cluster: Scenario['cluster']): readonly string[] {
  if (cluster.protocol === 'raft')
    return [...nodeNames(cluster), ...clientSites(cluster.zones).map(({ process }) => process)]
  const timestamps = numbered('timestamp-', cluster.timestampServers)
  return [...nodeNames(cluster), ...timestamps, ...coordinatorNames(cluster.coordinators), 'client']
}

export function nodeNames(cluster: Scenario['cluster']): readonly string[] {
  return numbered('node', cluster.nodes)
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)
}

export function faultSchedule(
  written: readonly WrittenFault[],
  cluster: Scenario['cluster'],
  durationUs: number,
  refuse: Refuse,
): readonly FaultStep[] {
  const steps: Scheduled[] = []
  for (const fault of written) {
    checkTargets(fault, cluster, refuse)
    checkAmounts(fault, refuse)
    checkMoment(fault, cluster, durationUs, refuse)
    const { parsed, path, verb } = fault
    const step = toStep(fault)
    steps.push({ step, path, undoes: null })
    const undo = UNDO_OF.get(verb)
    if (parsed.for === undefined || undo === undefined) continue
    const endUs = step.atUs + parsed.for
    if (step.after === null && endUs >= durationUs)
      refuse(
        [...path, 'for'],
        `${verb} lasts beyond the end`,
        `an end before ${formatDuration(durationUs)} (leave \`for\` out: what is still on at the end is healed)`,
        `an end at ${formatDuration(endUs)}`,
      )
    const amounts = { delay: null, cpuShare: null, diskUs: null, ratio: null, skew: null }
    const undone = { ...step, ...amounts, atUs: endUs, verb: undo }
    steps.push({ step: undone, path, undoes: step })
  }
  // Stable, so that steps of the same moment keep the order in which they are written. When an event comes nobody knows.
  const timeOf = ({ step }: Scheduled) => (step.after === null ? 0 : durationUs) + step.atUs
  steps.sort((a, b) => timeOf(a) - timeOf(b))
  checkUndos(steps, refuse)
  const order = steps.map(({ step }) => step)
  return steps.map(({ step, undoes }) => (undoes === null ? step : { ...step, undoOf: order.indexOf(undoes) }))
}

interface Scheduled {
  readonly step: FaultStep
  readonly path: Path
  readonly undoes: FaultStep | null
}

function toStep({ verb, parsed, target, line }: WrittenFault): FaultStep {
  return {
    atUs: parsed.after?.delayUs ?? parsed.at!,
    after: parsed.after?.event ?? null,
    verb,
    target: Array.isArray(target) ? target : [],
    split: 'split' in target ? target.split : [],
    direction: parsed.direction ?? 'both',
    except: parsed.except ?? [],
    link: 'link' in target ? target.link : null,
    delay: parsed.delay ?? null,
    cpuShare: parsed.cpu ?? null,
    diskUs: parsed.disk ?? null,
    ratio: parsed.ratio ?? null,
    skew: verb === 'skew-clock' ? { byUs: parsed.by ?? 0, driftPpm: parsed.drift ?? 0 } : null,
    failureThreshold: 'failureThreshold' in target ? target.failureThreshold : null,
    undoOf: null,
    line,
  }
}

function checkTargets(
  { verb, parsed, target, path }: WrittenFault,
  cluster: Scenario['cluster'],
  refuse: Refuse,
): void {
  const does = DOES_OF.get(verb)?.[0] ?? verb
  const all = processNames(cluster)
  // The load generator is the observer: it can be cut off, but not killed. Only servers have a CPU share and a disk.
  let names = all.filter((name) => !name.startsWith('client'))
  if (does === 'partition') names = [...all]
  if (ONLY_MYSQL.has(does) || does === 'slow' || isRequest(does)) names = [...nodeNames(cluster)]
  const own = cluster.protocol === 'raft' ? RAFT_ROLES : [...NODE_ROLES, ISSUER]
  let roles = verb === 'restart' ? [...own, 'crashed'] : own
  if (isRequest(verb)) roles = ['replica', 'fastest', 'any']
  if (verb === 'lose-journal') [names, roles] = [[...coordinatorNames(cluster.coordinators)], []]
  // The machines that have clocks of their own.
  if (does === 'skew-clock') {
    names = numbered('timestamp-', cluster.timestampServers)
    roles = verb === does ? [ISSUER] : [ISSUER, 'all']
  }
  const check = (name: string, at: Path, known: readonly string[]) => {
    if (known.includes(name)) return
    const listed = known.length > 24 ? [...known.slice(0, 2), '...', ...known.slice(-12)] : known
    refuse(at, 'impossible target', `one of ${listed.join(', ')}`, `${show(name)}${suggestion(name, known)}`)
  }
  if ('failureThreshold' in target) {
    const most = largestFailureThreshold(cluster.nodes)
    if (target.failureThreshold > most)
      refuse([...path, verb], 'too high a failure threshold', `1 to ${most}`, `${target.failureThreshold}`)
  } else if ('link' in target) checkLink(target.link, [...path, verb, 'link'], all, refuse)
  else if ('split' in target)
    checkSplit(target.split, [...path, verb, 'split'], (name, at) => check(name, at, all), refuse)
  else
    for (const [i, name] of target.entries())
      check(name, target.length > 1 ? [...path, verb, i] : [...path, verb], [...names, ...roles])
  for (const name of parsed.except ?? []) check(name, [...path, 'except'], [...all, ...own])
  if (DATAGRAM_VERBS.includes(verb) && 'link' in target)
    checkDatagrams(verb, target.link, [...path, verb, 'link'], refuse)
}

function checkDatagrams(
  verb: FaultVerb,
  { from, to }: { readonly from: string; readonly to: string },
  path: Path,
  refuse: Refuse,
): void {
  if (![from, to].some((end) => end.startsWith('timestamp-')))
    refuse(
      path,
      `${verb} on a TCP connection, which hides it`,
      'a link to or from a timestamp server',
      `${from}->${to}`,
    )
}

/** `refuse` unless both ends are processes of the cluster, or `*`. */
export function checkLink(
  { from, to }: { readonly from: string; readonly to: string },
  path: Path,
  processes: readonly string[],
  refuse: Refuse,
): void {
  for (const end of [from, to])
    if (end !== '*' && !processes.includes(end))
      refuse(
        path,
        'impossible link',
        `two of ${processes.join(', ')} or *`,
        `${show(end)}${suggestion(end, processes)}`,
      )
  if (from === to && from !== '*') refuse(path, 'impossible link', 'two different processes', `${from} twice`)
}

function checkSplit(
  groups: readonly (readonly string[])[],
  path: Path,
  check: (name: string, at: Path) => void,
  refuse: Refuse,
): void {
  const seen = new Set<string>()
  for (const [i, group] of groups.entries())
    for (const [j, name] of group.entries()) {
      check(name, [...path, i, j])
      if (seen.has(name)) refuse([...path, i, j], 'impossible split', 'each process in one group', `${name} twice`)
      seen.add(name)
    }
}

function checkAmounts({ verb, parsed, target, path }: WrittenFault, refuse: Refuse): void {
  if (verb === 'skew-clock' && (parsed.by ?? 0) === 0 && (parsed.drift ?? 0) === 0)
    refuse([...path, verb], 'a skewed clock without its amount', 'by: -50ms or drift: 100ppm', 'neither')
  if (verb !== 'slow') return
  const { delay, cpu, disk } = parsed
  if ('link' in target) {
    if (delay === undefined) refuse([...path, verb], 'a slow link without its amount', 'delay', 'nothing')
    if (cpu !== undefined) refuse([...path, 'cpu'], 'cpu of a link', 'cpu with a server as target', 'a link')
    if (disk !== undefined) refuse([...path, 'disk'], 'disk of a link', 'disk with a server as target', 'a link')
  } else {
    if (delay !== undefined)
      refuse([...path, 'delay'], 'delay of a server', '{ link: node1->node2 } as target, or cpu or disk', 'a server')
    if (cpu === undefined && disk === undefined)
      refuse([...path, verb], 'a slow server without its amount', 'cpu: 0.3 or disk: 20ms', 'neither')
  }
}

/** What is on, item by item, as the schedule proceeds. A role may name any number of processes, so it undoes, and is undone, loosely. */
function checkUndos(steps: readonly Scheduled[], refuse: Refuse): void {
  /** By the verb that undoes it. */
  const on = new Map<FaultVerb, { verb: FaultVerb; item: string; isRole: boolean; line: number }[]>()
  // What begins after an event may be on at any time.
  for (const { step } of steps) {
    const undo = UNDO_OF.get(step.verb)
    if (step.after !== null && undo !== undefined)
      on.set(undo, [...(on.get(undo) ?? []), { verb: step.verb, item: '', isRole: true, line: step.line }])
  }
  for (const { step, path, undoes } of steps) {
    const undo = UNDO_OF.get(step.verb)
    // Happens once and has no end.
    if (undo === undefined && !DOES_OF.has(step.verb)) continue
    if (undo !== undefined && step.after !== null) continue
    const active = on.get(undo ?? step.verb) ?? []
    on.set(undo ?? step.verb, active)
    for (const item of itemsOf(step)) {
      const isRole = item === 'crashed' || item === ISSUER || RAFT_ROLES.includes(item)
      if (undo !== undefined) {
        // A link may lose and repeat at once; nothing dies twice.
        const excludes = (verb: FaultVerb) => verb === step.verb || undo !== 'deliver'
        const same = active.find((other) => other.item === item && excludes(other.verb))
        if (same !== undefined && !isRole)
          refuse(
            [...path, step.verb],
            `${step.verb} of ${item} twice`,
            `${undo} in between (first on line ${same.line})`,
            'none',
          )
        active.push({ verb: step.verb, item, isRole, line: step.line })
      } else {
        const isSame = (other: { item: string }) => other.item === item
        const possible = isRole ? active.length > 0 : active.some((other) => isSame(other) || other.isRole)
        const does = DOES_OF.get(step.verb)!.join(' or ')
        if (!possible)
          refuse(
            [...path, step.verb],
            `${step.verb} without its ${does}`,
            `an earlier step with ${does}: ${isRole ? 'any target' : item}`,
            'none',
          )
        // The undo that `for` made is its own step's alone; a written one ends whatever is on.
        const stays = (other: { item: string; verb: FaultVerb }) =>
          !isSame(other) || (undoes !== null && other.verb !== undoes.verb)
        const left = item === 'all' || item === 'crashed' ? [] : active.filter(stays)
        active.splice(0, active.length, ...left)
      }
    }
  }
}

function itemsOf(step: FaultStep): readonly string[] {
  if (step.link !== null) return [`${step.link.from}->${step.link.to}`]
  if (step.split.length > 0) return [step.split.map((group) => group.join(' ')).join(' | ')]
  return step.target
}
