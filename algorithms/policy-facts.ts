/**
 * What every policy says of itself, beside its code and nowhere else: the schema, `explain`, the swarm, reports and the
 * tables of the READMEs are made from it, so a new policy is one file with one line in its family's list.
 */

/** What a scenario says beside the policy's name. */
export interface PolicySettings {
  /** t: from 1 to floor((n-1)/2). */
  readonly failureThreshold: number
  /** r: of neighbouring weights. */
  readonly weightRatio: number | 'largest'
}

export interface PolicyFacts {
  readonly name: string
  /** What of a scenario's settings means anything to it, and so belongs to its label. */
  readonly parameters: readonly (keyof PolicySettings)[]
  /** Its colour on every page: one of the eight of scenarios/shown/palette.ts, from 0; another one for each of its family. */
  readonly colour: number
  /** One sentence without a full stop: what it promises. */
  readonly promise: string
  /** One sentence without a full stop: what one might take it to promise. */
  readonly noPromise: string
}

/** What an algorithm keeps, whatever fails; a check may rest on some of it. */
export type Guarantee =
  /** What is acknowledged survives a failover. */
  | 'survives-failover'
  /** No timestamp is given twice. */
  | 'unique-timestamps'
  /** Timestamps are in the order of real time. */
  | 'timestamps-in-real-time'
  /** Timestamps of a session ascend. */
  | 'timestamps-in-session'

/** A policy that checks may rest on. */
export interface Guaranteeing extends PolicyFacts {
  readonly guarantees: readonly Guarantee[]
}

export function takesThreshold({ parameters }: Pick<PolicyFacts, 'parameters'>): boolean {
  return parameters.includes('failureThreshold')
}

/** As people name it: `majority`, `cabinet (t=1)`, `cabinet (t=2, r=1.2)`. */
export function labelOf({ name, parameters }: PolicyFacts, settings: PolicySettings): string {
  const { failureThreshold, weightRatio } = settings
  const named: string[] = []
  if (parameters.includes('failureThreshold')) named.push(`t=${failureThreshold}`)
  if (parameters.includes('weightRatio') && weightRatio !== 'largest') named.push(`r=${weightRatio}`)
  return named.length === 0 ? name : `${name} (${named.join(', ')})`
}

/** `cabinet and flexible`: those of a list that a setting means something to. */
export function namesTaking(
  policies: Readonly<Record<string, PolicyFacts>>,
  parameter: keyof PolicySettings,
): string[] {
  return Object.values(policies)
    .filter(({ parameters }) => parameters.includes(parameter))
    .map(({ name }) => name)
}
