/** Scenario files: by path, or by their name in the library. A mistake in one is a ScenarioError with its place. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { conditionsOf } from './conditions.ts'
import { ScenarioError, UsageError } from './errors.ts'
import { readExpectations } from './expect.ts'
import { ISSUER, processNames } from './faults/aims.ts'
import { checkLink } from './faults/check-targets.ts'
import { FAULT_VERBS, FAULTS, type FaultVerb, PLANNED_VERBS } from './faults/list.ts'
import { faultSteps } from './faults/read.ts'
import type { ParsedFault, ParsedTarget, Refuse, WrittenFault } from './faults/written-fault.ts'
import { suggestion } from './nearest.ts'
import { hasIssuer, ISSUING, learns, quorumsTaking, quorumTakesThreshold } from './policies.ts'
import { completeProtocol, matrixLinks, refuseVerbs, zoneMembers } from './protocol.ts'
import type { LinkDelay, Scenario } from './scenario.ts'
import { scenarioSchema } from './schema.ts'
import { complain, show, throwFirst } from './schema-issues.ts'
import { sourceOfWritten, type Written } from './written.ts'
import { parseYaml, readScenarioText, type YamlSource } from './yaml-source.ts'

export const LIBRARY = join(dirname(fileURLToPath(import.meta.url)), 'library')
/** A history of more than this would not fit into memory. */
const MAX_OPERATIONS = 20_000_000

export function parseScenario(text: string, file: string): Scenario {
  return readScenario(parseYaml(text, file), text)
}

/** What a file would say, as data: the same checks without the text. `name` stands in messages where the file would. */
export function scenarioOf(written: Written, name: string): Scenario {
  // JSON is YAML, and the swarm does this some thousand times a second.
  return readScenario(sourceOfWritten(written, name), JSON.stringify(written))
}

function readScenario(source: YamlSource, text: string): Scenario {
  const { file } = source
  const refuse: Refuse = (path, what, expected, found) => {
    throw new ScenarioError(file, source.placeOf(path), what, expected, found)
  }
  const parsed = scenarioSchema.safeParse(source.data)
  const complaints = parsed.success ? [] : [...complain(parsed.error.issues, scenarioSchema, source)]
  const faults: WrittenFault[] = []
  const written = source.data.faults
  if (Array.isArray(written))
    for (const [i, step] of written.entries()) {
      if (typeof step !== 'object' || step === null || Array.isArray(step)) continue
      const verb = verbOf(step, i, refuse)
      const { schema } = FAULTS[verb]
      const result = schema.safeParse(step)
      const path = ['faults', i]
      if (!result.success) complaints.push(...complain(result.error.issues, schema, source, path))
      else
        faults.push({
          verb,
          parsed: result.data as ParsedFault,
          target: (result.data as Record<string, unknown>)[verb] as ParsedTarget,
          path,
          line: source.placeOf(path).line,
        })
    }
  throwFirst(complaints, source)
  const { expect, workload, network, liveness, fuzz: _, charge: __, algorithms: withSeer, ...rest } = parsed.data!
  const { seer, ...chosen } = withSeer
  if (workload.warmup >= workload.duration)
    refuse(['workload', 'warmup'], 'nothing to measure', 'a warm-up shorter than the duration', 'one as long or longer')
  const options = source.data.algorithms as { readonly seer?: unknown } | undefined
  if (options?.seer !== undefined && !learns(chosen.election))
    refuse(['algorithms', 'seer'], 'options of a policy that is not used', 'election: seer', chosen.election)
  const operations = (workload.ratePerSec * workload.duration) / 1e6
  if (operations > MAX_OPERATIONS)
    refuse(['workload'], 'too much work', `at most ${MAX_OPERATIONS} operations (rate x duration)`, `${operations}`)
  const completed = completeProtocol({ ...rest, algorithms: chosen }, source.data, refuse)
  const { cluster, raft, algorithms } = completed
  refuseVerbs(faults, cluster, refuse)
  if (!hasIssuer(algorithms.timestamps))
    for (const { path, target, verb } of faults)
      if (Array.isArray(target) && target.includes(ISSUER))
        refuse([...path, verb], 'impossible target', `\`timestamps: ${ISSUING}\`, whose servers have a leader`, ISSUER)
  if (!quorumTakesThreshold(algorithms.quorum, cluster.protocol))
    for (const { path, target, verb } of faults)
      if ('failureThreshold' in target)
        refuse(
          [...path, verb],
          'a quorum without a threshold',
          `a quorum with one (${quorumsTaking('failureThreshold')})`,
          algorithms.quorum,
        )
  const shape = {
    cluster,
    raft,
    tuning: rest.tuning,
    workload: {
      mode: workload.mode,
      arrivals: workload.arrivals,
      ratePerSec: workload.ratePerSec,
      clients: workload.clients,
      reads: workload.reads,
      consistency: workload.consistency,
      keys: workload.keys,
      durationUs: workload.duration,
      warmupUs: workload.warmup,
      deadlineUs: workload.deadline,
    },
    livenessUs: liveness,
    network: {
      defaultDelay: network.default.delay,
      links: [...matrixLinks(network.matrix, cluster.zones, refuse), ...readLinks(network.links, cluster, refuse)],
      zones: zoneMembers(completed),
    },
    faults: faultSteps(faults, cluster, workload.duration, refuse),
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
    expectations: readExpectations(expect, cluster, completed.checks, source, refuse),
  }
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
  const planned = keys.find((key) => (PLANNED_VERBS as readonly string[]).includes(key))
  if (planned !== undefined)
    return refuse([...path, planned], 'a fault that is not there yet', expected, `${planned} (planned)`)
  const other = keys.find((key) => !['at', 'after', 'for'].includes(key))
  if (other === undefined) return refuse(path, 'a step without a fault', expected, 'none')
  return refuse([...path, other], 'unknown fault', expected, `${show(other)}${suggestion(other, FAULT_VERBS)}`)
}

function readLinks(
  written: Readonly<Record<string, { readonly delay: LinkDelay['delay'] }>>,
  cluster: Scenario['cluster'],
  refuse: Refuse,
): readonly LinkDelay[] {
  return Object.entries(written).map(([name, { delay }]) => {
    const path = ['network', 'links', name]
    const ends = name.split('->').map((end) => end.trim())
    if (ends.length !== 2 || ends.includes(''))
      return refuse(path, 'wrong link', 'two processes, such as node1->node2', show(name))
    const link = { from: ends[0]!, to: ends[1]! }
    checkLink(link, path, [...processNames(cluster), ...cluster.zones.map((zone) => zone.name)], refuse)
    return { ...link, delay }
  })
}

/** What the file of a scenario says, unjudged: `scenarioOf` judges it. `pathOrName` as for `loadScenario`. */
export function loadWritten(pathOrName: string): { readonly file: string; readonly written: Written } {
  const file = resolveFile(pathOrName)
  return { file, written: parseYaml(readScenarioText(file), file).data }
}

/** `pathOrName`: a file, or the name of a scenario in the library. */
export function loadScenario(pathOrName: string): Scenario {
  const file = resolveFile(pathOrName)
  return parseScenario(readScenarioText(file), file)
}

export function libraryNames(): readonly string[] {
  return readdirSync(LIBRARY)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort()
}

export function listScenarios(): readonly Scenario[] {
  return libraryNames().map(loadScenario)
}

function resolveFile(pathOrName: string): string {
  const names = libraryNames()
  const inLibrary = (name: string) => {
    const path = join(LIBRARY, `${name}.yaml`)
    const near = relative(process.cwd(), path)
    return near.startsWith('..') ? path : near
  }
  if (names.includes(pathOrName)) return inLibrary(pathOrName)
  if (existsSync(pathOrName)) return pathOrName
  // `scenarios/primary-crash.yaml` is what people type for scenarios/library/primary-crash.yaml.
  const name = basename(pathOrName).replace(/\.ya?ml$/, '')
  if (basename(dirname(pathOrName)) === 'scenarios' && names.includes(name)) return inLibrary(name)
  throw new UsageError(
    `${pathOrName}: no such scenario, expected a file or one of ${names.join(', ')}, found neither${suggestion(name, names)}`,
  )
}
