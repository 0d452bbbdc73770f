import type { TimestampAlgorithm } from './algorithm.ts'
import { HYBRID } from './hybrid.ts'
import { ODD_EVEN } from './odd-even.ts'
import { ORACLE } from './oracle.ts'
import { TAAS } from './taas.ts'

/** Every timestamp algorithm by its name in scenarios. A new one is a file beside these and a line here. */
export const TIMESTAMP_ALGORITHMS = {
  'odd-even': ODD_EVEN,
  taas: TAAS,
  oracle: ORACLE,
  hybrid: HYBRID,
} as const satisfies Record<string, TimestampAlgorithm>

export type TimestampAlgorithmName = keyof typeof TIMESTAMP_ALGORITHMS
