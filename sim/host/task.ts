/** What a simulation's thread and the one that waits for it share. */
import type { Scenario } from '../../scenarios/scenario.ts'

/** Sent to the thread, for each trial. */
export interface Task {
  readonly scenario: Scenario
  readonly seed: number
  readonly withRecord: boolean
  readonly withDecisions: boolean
}

/**
 * Places in the 32-bit words that both see. Progress is left there, not sent: a message wakes the other thread, which
 * on a machine with few processors takes one away from the simulations (a twentieth of ten trials on two threads).
 */
export const SHARED = {
  /** 1 asks for an end. */
  stop: 0,
  doneMillionths: 1,
} as const

export const SHARED_WORDS = Object.keys(SHARED).length
