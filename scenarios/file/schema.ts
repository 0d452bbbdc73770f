/**
 * What a scenario file may say: the shape, the units and the defaults. What its parts must have to do with one
 * another (a target that exists, a fault within the duration) is in `consistency.ts`.
 * `npx quorumlab schema` prints it as the JSON Schema that editors complete by.
 */
import { z } from 'zod'
import type { Tuning } from '../../algorithms/failover/tuning.ts'
import { UNSAFE_FORMS, type UnsafeForm } from '../../algorithms/failover/unsafe/forms.ts'
import { CHECK_NAMES } from '../checks/checks.ts'
import { DRAWABLE } from '../faults/facts.ts'
import { FAULTS } from '../faults/list.ts'
import { DEFAULT_MAX_APPLY_BACKLOG, DEFAULT_TUNING } from '../scenario.ts'
import { AIMS } from '../swarm/run-aims.ts'
import { delay, duration, formatDuration } from './amounts.ts'
import { EXPECT_DEFINITIONS, expectJsonSchema } from './expect-schema.ts'
import { ALL_NAMES, quorumsTaking } from './policy-names.ts'
import { raftSchema, zonesSchema } from './raft-settings.ts'
import { count, number } from './schema-numbers.ts'
import { semiSyncSchema } from './semi-sync-schema.ts'
import { workloadSchema } from './workload-schema.ts'

/** Of a cluster. */
export const MAX_NODES = 100
const MAX_APPLY_BACKLOG = 100_000_000

const UNSAFE = Object.keys(UNSAFE_FORMS) as UnsafeForm[]

function oneOf<const T extends readonly string[]>(names: T) {
  return z.enum(names, `one of ${names.join(', ')}`)
}

const NAME = 'a name of lower-case letters, digits and dashes, such as primary-crash'
const RATIO = '`largest`, or a ratio of neighbouring weights from 1 to 2'
const cluster = z
  .strictObject({
    protocol: z
      .enum(['mysql', 'raft'], 'mysql or raft')
      .prefault('mysql')
      .meta({ description: 'MySQL servers under a coordinator, or a Raft group (simulator only).' }),
    nodes: count(2, MAX_NODES).prefault(4).meta({ description: 'Servers: node1 (the first source) to nodeN.' }),
    timestampServers: count(1, 9)
      .optional()
      .meta({ description: 'timestamp-1 to timestamp-K; as many as the algorithm needs (2 or 3) by default.' }),
    coordinators: count(1, 3)
      .prefault(1)
      .meta({ description: 'coordinator, coordinator-2, ...: one reigns, the others stand by.' }),
    acknowledge: z
      .enum(['applied', 'received'], 'applied or received')
      .prefault('applied')
      .meta({ description: 'What a quorum waits for: applied and readable, or in the relay log.' }),
    semiSync: semiSyncSchema(MAX_NODES - 1),
    maxApplyBacklog: count(1, MAX_APPLY_BACKLOG).prefault(DEFAULT_MAX_APPLY_BACKLOG).meta({
      description:
        'Only with `acknowledge: received`: writes wait while the replicas that a quorum needs have more transactions than this to apply.',
    }),
    zones: zonesSchema,
  })
  .prefault({})

const seer = z
  .strictObject({
    model: z
      .enum(['elastic-net', 'least-squares'], 'elastic-net or least-squares')
      .prefault('elastic-net')
      .meta({ description: 'What predicts the commit delay under each candidate.' }),
    predictEvery: duration({ minUs: 100_000 })
      .prefault('2s')
      .meta({ description: 'Predictions are compared so often; also the shortest term.' }),
    noveltyEvery: duration({ minUs: 100_000 })
      .prefault('20s')
      .meta({ description: 'Looks for replicas in a new state, and tries them as the source.' }),
    hysteresis: number('a share from 0 to .99', { min: 0, max: 0.99 })
      .prefault(0)
      .meta({ description: "By what share of the source's own predicted delay another one must be better." }),
  })
  .prefault({})
  .transform(({ predictEvery, noveltyEvery, ...rest }) => ({
    ...rest,
    predictEveryUs: predictEvery,
    noveltyEveryUs: noveltyEvery,
  }))
  .meta({ description: 'Only with `election: seer`.' })

const algorithms = z
  .strictObject({
    timestamps: oneOf(ALL_NAMES.timestamps).prefault('odd-even'),
    quorum: oneOf(ALL_NAMES.quorum).prefault('majority'),
    election: oneOf(ALL_NAMES.election)
      .prefault('seer-score')
      .meta({ description: 'Of a Raft group: native (whoever times out) by default.' }),
    failureThreshold: count(1, 49)
      .optional()
      .meta({
        description: `t of ${quorumsTaking('failureThreshold')}, from 1 to floor((nodes-1)/2), which is the default.`,
      }),
    weightRatio: z
      .union([number(RATIO, { min: 1, max: 2 }), z.literal('largest', RATIO)], RATIO)
      .prefault('largest')
      .meta({ description: `r of ${quorumsTaking('weightRatio')}: how much heavier each server is than the next.` }),
    seer,
  })
  .prefault({})

const MATRIX = 'a row of delays for each zone, such as [[0.1ms, 5ms], [5ms, 0.1ms]]'

const network = z
  .strictObject({
    default: z
      .strictObject({ delay: delay.prefault({ lognormal: { median: '0.2ms', sigma: 0.5 } }) })
      .prefault({})
      .meta({ description: 'One way, every link.' }),
    links: z
      .record(z.string(), z.strictObject({ delay }), 'a mapping such as { "node1->node3": { delay: 5ms } }')
      .prefault({})
      .meta({ description: 'By link, `a->b`; an end may be a zone, `*` is any process. The most particular counts.' }),
    matrix: z.array(z.array(delay, MATRIX), MATRIX).optional().meta({
      description: 'One way, from the zone of the row to the zone of the column, in the order of cluster.zones.',
    }),
  })
  .prefault({})

/** `probeIntervalUs` is `probeInterval` in the file, where the amount itself carries the unit. */
const tuningFields = Object.entries(DEFAULT_TUNING).map(
  ([key, defaultUs]) =>
    [key.replace(/Us$/, ''), duration({ minUs: 1000 }).prefault(formatDuration(defaultUs))] as const,
)
const tuning = z
  .strictObject(Object.fromEntries(tuningFields))
  .prefault({})
  .transform(
    (parsed) => Object.fromEntries(Object.entries(parsed).map(([key, us]) => [`${key}Us`, us])) as unknown as Tuning,
  )

function oneOrMore<T extends z.ZodType>(item: T) {
  const text = 'a list with at least one item'
  return z.array(item, text).min(1, text).optional()
}

/** What `fuzz` may draw. What the rest of the file states is not drawn at all. */
const fuzz = z
  .strictObject({
    nodes: oneOrMore(count(2, MAX_NODES)).meta({ description: 'Cluster sizes.' }),
    timestamps: oneOrMore(oneOf(ALL_NAMES.timestamps)),
    quorum: oneOrMore(oneOf(ALL_NAMES.quorum)),
    election: oneOrMore(oneOf(ALL_NAMES.election)),
    faults: oneOrMore(oneOf(DRAWABLE)).meta({ description: 'Kinds of fault.' }),
    aim: oneOf(AIMS).optional().meta({ description: 'What every drawn run is after.' }),
  })
  .optional()
  .meta({ description: '`fuzz` draws from these; `run` takes no notice of it.' })

const LINE = 'one line of text'

/** What `convict` holds against an algorithm or an unsafe form that the file states (scenarios/convict/). */
const charge = z
  .strictObject({
    behaviour: z.string(LINE).max(120, 'at most 120 characters').meta({ description: 'What is convicted.' }),
    wrong: z.string(LINE).max(300, 'at most 300 characters').meta({ description: 'What goes wrong, in a line.' }),
    fails: z
      .string('a check that the file lists, or a number of `expect:`')
      .meta({ description: 'The check, or the number of `expect:`, that must fail.' }),
    sound: z
      .string(LINE)
      .max(1000, 'at most 1000 characters')
      .meta({ description: 'What the sound form does in its place.' }),
    instead: z
      .record(z.string(), z.unknown(), 'a mapping such as { unsafe: [] }')
      .meta({ description: 'What the sound form says in the file, laid over it.' }),
  })
  .optional()
  .meta({ description: '`convict` hunts for it; `run` takes no notice of it.' })

const EXPECT = 'a mapping such as { failoverMs.max: < 3000, checks: pass }'

const parts = {
  name: z.string(NAME).regex(/^[a-z0-9][a-z0-9-]{0,63}$/, NAME),
  description: z.string('one line of text').max(1000, 'at most 1000 characters').prefault(''),
  seed: z.int('a whole number').min(0, 'a whole number, 0 or more').prefault(1),
  cluster,
  algorithms,
  unsafe: z
    .array(oneOf(UNSAFE), 'a list of unsafe forms')
    .prefault([])
    .meta({ description: 'Unsafe behaviours in place of the sound ones, so that the checks can convict them.' }),
  workload: workloadSchema,
  liveness: duration({ maxUs: 600_000_000 }).prefault('0s').meta({
    description: 'After the workload everything is healed, and STRONG probes go on for so long; checked, not measured.',
  }),
  network,
  raft: raftSchema.optional().meta({ description: 'Of a Raft group only.' }),
  tuning,
  checks: z
    .array(oneOf(CHECK_NAMES), 'a list of checks')
    .prefault(['acknowledged-writes-survive', 'timestamps-unique', 'single-writer', 'replicas-converge']),
  expect: z
    .record(z.string(), z.union([z.string(), z.number()], 'a comparison such as < 3000, or pass'), EXPECT)
    .prefault({}),
  fuzz,
  charge,
}

/** The whole file, but for its faults: their verbs are looked up one by one. */
export const scenarioSchema = z.strictObject({
  ...parts,
  faults: z
    .array(z.record(z.string(), z.unknown(), 'a step such as { at: 10s, crash: source }'), 'a list of steps')
    .prefault([]),
})

const completeSchema = z.strictObject({
  ...parts,
  faults: z.array(z.union(Object.values(FAULTS).map(({ schema }) => schema))).prefault([]),
})

/** JSON Schema of a scenario file, for editors. */
export function scenarioJsonSchema(): object {
  const schema = z.toJSONSchema(completeSchema, { io: 'input' })
  return {
    title: 'quorumlab scenario',
    ...schema,
    properties: { ...schema.properties, expect: expectJsonSchema(CHECK_NAMES) },
    $defs: { ...schema.$defs, ...EXPECT_DEFINITIONS },
  }
}
