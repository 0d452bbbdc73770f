/** What a simulation's thread and the one that waits for it share. */
import type { Scenario } from '../../scenarios/scenario.ts'

/** Sent to the thread, for each trial. */
export interface Task {
  readonly scenario: Scenario
  readonly seed: number
  readonly withRecord: boolean
  readonly withDecisions: boolean
}

/** Places in the 32-bit words that both see. Progress is left there: whoever shows it looks, and nobody is woken who does not. */
export const SHARED = {
  /** 1 asks for an end. */
  stop: 0,
  doneMillionths: 1,
} as const

export const SHARED_WORDS = Object.keys(SHARED).length
