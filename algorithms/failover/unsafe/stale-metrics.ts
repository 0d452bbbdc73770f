/**
 * UNSAFE, kept on purpose: the replicas that a write waits for are chosen from metrics up to five seconds old, the pace
 * of the original prototype's collector. Nothing is lost by it, but where all of the chosen must answer, one that has died
 * since stalls every write until the next choice.
 */
import type { Procedures } from '../procedures.ts'

const COLLECTED_EVERY_US = 5_000_000

export function staleMetrics(procedures: Procedures): Procedures {
  return { ...procedures, selectionAgeUs: COLLECTED_EVERY_US }
}
