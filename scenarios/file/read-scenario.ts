/** From a scenario file's data to the complete scenario, or to all that is wrong with it. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { CHECK_NAMES } from '../checks/checks.ts'
import { ISSUER, processNames } from '../faults/aims.ts'
import { checkLink } from '../faults/check-targets.ts'
import { FAULT_VERBS, FAULTS, type FaultVerb } from '../faults/list.ts'
import { faultSteps } from '../faults/read-steps.ts'
import type { ParsedFault, ParsedTarget, Refuse, WrittenFault } from '../faults/written-fault.ts'
import { conditionsOf } from '../measures/conditions.ts'
import type { LinkDelay, Scenario } from '../scenario.ts'
import { ScenarioError } from './errors.ts'
import { readExpectations } from './expect.ts'
import { Mistakes } from './mistakes.ts'
import { suggestion } from './nearest.ts'
import { hasIssuer, ISSUING, learns, quorumsTaking, quorumTakesThreshold } from './policy-names.ts'
import { type Completed, completeProtocol, matrixLinks, refuseVerb, zoneMembers } from './protocol.ts'
import { MAX_NODES, scenarioSchema } from './schema.ts'
import { complain, show } from './schema-issues.ts'
import { checkWorkload, completeWorkload, refuseTransactions } from './workload.ts'
import type { YamlSource } from './yaml-source.ts'

/** Throws one ScenarioError with all mistakes that can be told apart. `text`: what the hash is of. */
export function readScenario(source: YamlSource, text: string): Scenario {
  const { file } = source
  const refuse: Refuse = (path, what, expected, found) => {
    throw new ScenarioError(file, source.placeOf(path), what, expected, found)
  }
  const mistakes = new Mistakes()
  const { data, wrong } = parseParts(source, mistakes)
  const { faults, isWhole } = readFaults(source, refuse, mistakes)
  if (data === null) return mistakes.throwAll()
  const isRight = (...parts: readonly string[]) => parts.every((part) => !wrong.has(part))
  const { expect, workload: load, network, liveness, fuzz: _, charge: __, algorithms: withSeer, ...rest } = data
  const { seer, ...chosen } = withSeer
  const workload = mistakes.attempt(() =>
    completeWorkload(load, isRight('workload') ? source.data.workload : undefined, refuse),
  )
  if (workload !== null) mistakes.attempt(() => checkWorkload(workload, refuse))
  if (workload !== null && isRight('cluster') && data.cluster.protocol === 'raft')
    mistakes.attempt(() => refuseTransactions(workload, refuse))
  const options = source.data.algorithms as { readonly seer?: unknown } | undefined
  if (isRight('algorithms') && options?.seer !== undefined && !learns(chosen.election))
    mistakes.attempt(() =>
      refuse(['algorithms', 'seer'], 'options of a policy that is not used', 'election: seer', chosen.election),
    )
  const completed = isRight('cluster', 'algorithms', 'raft', 'unsafe', 'checks')
    ? mistakes.attempt(() => completeProtocol({ ...rest, algorithms: chosen }, source.data, refuse))
    : null
  if (completed !== null) for (const fault of faults) mistakes.attempt(() => checkFault(fault, completed, refuse))
  const known =
    completed?.cluster ?? (isRight('cluster') ? clusterAlone({ ...rest, algorithms: chosen }, {}, refuse) : null)
  const links =
    known === null
      ? []
      : [
          ...(mistakes.attempt(() => matrixLinks(network.matrix, known.zones, refuse)) ?? []),
          ...readLinks(network.links, known, refuse, mistakes),
        ]
  const checks = completed?.checks ?? (isRight('checks') ? rest.checks : CHECK_NAMES)
  const expectations = readExpectations(expect, known?.nodes ?? MAX_NODES, checks, source, refuse, mistakes)
  const steps =
    known !== null && workload !== null && isRight('workload')
      ? faultSteps(faults, known, workload.durationUs, refuse, mistakes, isWhole)
      : []
  if (completed === null || workload === null || mistakes.some) return mistakes.throwAll()
  const { cluster, raft, algorithms } = completed
  const shape = {
    cluster,
    raft,
    tuning: rest.tuning,
    workload,
    livenessUs: liveness,
    network: { defaultDelay: network.default.delay, links, zones: zoneMembers(completed) },
    faults: steps,
  }
  return {
    ...rest,
    ...shape,
    seer,
    file,
    text,
    hash: createHash('sha256').update(text).digest('hex'),
    unsafe: [...new Set(rest.unsafe)],
    algorithms,
    conditions: conditionsOf(shape, algorithms),
    checks: [...new Set(completed.checks)],
    expectations,
  }
}

type Data = z.output<typeof scenarioSchema>

/** The servers and zones of a file whose algorithms are wrong, so that its targets can be judged. Null: they are wrong. */
function clusterAlone(
  data: Parameters<typeof completeProtocol>[0],
  written: Parameters<typeof completeProtocol>[1],
  refuse: Refuse,
): Completed['cluster'] | null {
  const algorithms = scenarioSchema.parse({ name: 'defaults' }).algorithms
  // Whatever this refuses has been told already.
  const told = new Mistakes()
  return (
    told.attempt(() => completeProtocol({ ...data, algorithms, raft: undefined, unsafe: [] }, written, refuse))
      ?.cluster ?? null
  )
}

/** Parts that are wrong are replaced by their defaults, so that the others can be read. Null: not even then. */
function parseParts(
  source: YamlSource,
  mistakes: Mistakes,
): { readonly data: Data | null; readonly wrong: ReadonlySet<string> } {
  const parsed = scenarioSchema.safeParse(source.data)
  if (parsed.success) return { data: parsed.data, wrong: new Set() }
  const { issues } = parsed.error
  mistakes.add(...complain(issues, scenarioSchema, source))
  const wrong = new Set(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [String(issue.path[0])],
    ),
  )
  const right = Object.fromEntries(Object.entries(source.data).filter(([key]) => !wrong.has(key)))
  const again = scenarioSchema.safeParse(wrong.has('name') ? { ...right, name: 'nameless' } : right)
  return { data: again.data ?? null, wrong }
}

/** `isWhole`: every step could be read. */
function readFaults(
  source: YamlSource,
  refuse: Refuse,
  mistakes: Mistakes,
): { readonly faults: readonly WrittenFault[]; readonly isWhole: boolean } {
  const written = source.data.faults
  if (!Array.isArray(written)) return { faults: [], isWhole: written === undefined }
  const read = written.map((step, i): WrittenFault | null => {
    if (typeof step !== 'object' || step === null || Array.isArray(step)) return null
    const verb = mistakes.attempt(() => verbOf(step, i, refuse))
    if (verb === null) return null
    const { schema } = FAULTS[verb]
    const result = schema.safeParse(step)
    const path = ['faults', i]
    if (!result.success) {
      mistakes.add(...complain(result.error.issues, schema, source, path))
      return null
    }
    const target = (result.data as Record<string, unknown>)[verb] as ParsedTarget
    return { verb, parsed: result.data as ParsedFault, target, path, line: source.placeOf(path).line }
  })
  const faults = read.filter((fault) => fault !== null)
  return { faults, isWhole: faults.length === read.length }
}

/** What a fault needs of the algorithms and of the protocol. */
function checkFault(fault: WrittenFault, { cluster, algorithms }: Completed, refuse: Refuse): void {
  const { path, target, verb } = fault
  refuseVerb(fault, cluster, refuse)
  if (!hasIssuer(algorithms.timestamps) && Array.isArray(target) && target.includes(ISSUER))
    refuse([...path, verb], 'impossible target', `\`timestamps: ${ISSUING}\`, whose servers have a leader`, ISSUER)
  if ('failureThreshold' in target && !quorumTakesThreshold(algorithms.quorum, cluster.protocol))
    refuse(
      [...path, verb],
      'a quorum without a threshold',
      `a quorum with one (${quorumsTaking('failureThreshold')})`,
      algorithms.quorum,
    )
}

function verbOf(step: object, index: number, refuse: Refuse): FaultVerb {
  const path = ['faults', index]
  const keys = Object.keys(step)
  if (keys.includes('after') && keys.includes('at'))
    refuse([...path, 'after'], 'a step with two beginnings', '`at:` a time or `after:` an event', 'both')
  const verbs = keys.filter((key): key is FaultVerb => (FAULT_VERBS as readonly string[]).includes(key))
  if (verbs.length === 1) return verbs[0]!
  const expected = `one verb of ${FAULT_VERBS.join(', ')}`
  if (verbs.length > 1) return refuse(path, 'more than one fault in a step', expected, verbs.join(' and '))
  const other = keys.find((key) => !['at', 'after', 'for'].includes(key))
  if (other === undefined) return refuse(path, 'a step without a fault', expected, 'none')
  return refuse([...path, other], 'unknown fault', expected, `${show(other)}${suggestion(other, FAULT_VERBS)}`)
}

function readLinks(
  written: Readonly<Record<string, { readonly delay: LinkDelay['delay'] }>>,
  cluster: Scenario['cluster'],
  refuse: Refuse,
  mistakes: Mistakes,
): readonly LinkDelay[] {
  const read = (name: string, delay: LinkDelay['delay']): LinkDelay => {
    const path = ['network', 'links', name]
    const ends = name.split('->').map((end) => end.trim())
    if (ends.length !== 2 || ends.includes(''))
      return refuse(path, 'wrong link', 'two processes, such as node1->node2', show(name))
    const link = { from: ends[0]!, to: ends[1]! }
    checkLink(link, path, [...processNames(cluster), ...cluster.zones.map((zone) => zone.name)], refuse)
    return { ...link, delay }
  }
  return Object.entries(written).flatMap(([name, { delay }]) => mistakes.attempt(() => read(name, delay)) ?? [])
}
