/**
 * The original prototype's behaviours, kept on purpose and by name, so that the checks can be shown to convict them. A
 * scenario asks for them with `unsafe: [...]`; nothing else ever uses them. Each form takes the procedures as they are
 * and returns them with its own steps in place of the sound ones, so forms can be combined.
 */
import type { Procedures } from '../procedures.ts'
import { noFencing } from './no-fencing.ts'
import { promotionWithoutCatchUp } from './promotion-without-catch-up.ts'
import { rejoinWithoutComparison } from './rejoin-without-comparison.ts'
import { semiSyncAlone } from './semi-sync-alone.ts'
import { staleMetrics } from './stale-metrics.ts'
import { successWithoutQuorum } from './success-without-quorum.ts'
import { timestampCatchUp } from './timestamp-catch-up.ts'

export const UNSAFE_FORMS = {
  'success-without-quorum': successWithoutQuorum,
  'promotion-without-catch-up': promotionWithoutCatchUp,
  'no-fencing': noFencing,
  'rejoin-without-comparison': rejoinWithoutComparison,
  'timestamp-catch-up': timestampCatchUp,
  'stale-metrics': staleMetrics,
  'semi-sync-alone': semiSyncAlone,
  // The timestamp servers' own (see tick-server.ts): no step of the coordinator changes.
  'volatile-limit': (procedures) => procedures,
} as const satisfies Record<string, (procedures: Procedures) => Procedures>

export type UnsafeForm = keyof typeof UNSAFE_FORMS

export function withUnsafeForms(procedures: Procedures, forms: readonly UnsafeForm[]): Procedures {
  return forms.reduce((changed, form) => UNSAFE_FORMS[form](changed), procedures)
}
