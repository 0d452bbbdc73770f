/** From the incidents that the world caused to the verdict on the environment. */
import type { Incident, RunRecord } from './record.ts'
import type { EnvironmentVerdict } from './result.ts'

/** Undefined: nothing happened. */
export function environmentOf(
  records: readonly Pick<RunRecord, 'seed' | 'incidents'>[],
): EnvironmentVerdict | undefined {
  const incidents = records.flatMap(({ seed, incidents = [] }) => incidents.map((one) => inResult(one, seed)))
  return incidents.length === 0 ? undefined : { verdict: 'failed', incidents }
}

function inResult({ atUs, ...incident }: Incident, seed: number): EnvironmentVerdict['incidents'][number] {
  return { seed, atMs: atUs / 1000, ...incident }
}

/** A trial that could not be begun. */
export function withUnbegun(
  environment: EnvironmentVerdict | undefined,
  seed: number,
  incident: Omit<Incident, 'atUs'>,
): EnvironmentVerdict {
  return { verdict: 'failed', incidents: [...(environment?.incidents ?? []), { seed, atMs: null, ...incident }] }
}
