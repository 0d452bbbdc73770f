/** A step that asks the coordinator. The servers themselves are the witness of what it says it did. */
import { answered, REQUEST_DEADLINE_US } from './answers.ts'
import type { FaultWorld } from './fault-world.ts'
import type { Meant } from './items.ts'
import { of, type Procedure } from './later.ts'
import { ASKS, type AskingVerb } from './list.ts'
import type { FaultStep } from './step.ts'
import type { WitnessLog } from './witness-log.ts'

/** `resolve`: words to the processes that they mean now. */
export function* ask(
  step: FaultStep,
  verb: AskingVerb,
  world: FaultWorld,
  log: WitnessLog,
  resolve: (words: readonly string[]) => Procedure<readonly Meant[]>,
): Procedure<void> {
  const { operator } = world
  if (operator === null) throw new Error(`line ${step.line}: ${verb}: there is nobody to ask`)
  const asking = ASKS[verb]
  const target = (yield* resolve(step.target)).map(({ name }) => name)
  const label = asking.label(step, operator.source, target)
  const before = yield* of(operator.look())
  const record = log.add(verb, target, label, before.text, () => operator.look())
  world.note(label)
  const { done, text } = answered(yield* of(operator.ask(asking.request(step, target), REQUEST_DEADLINE_US)))
  const endedUs = world.nowUs()
  const after = yield* of(operator.look())
  // A coordinator that says it is done, while another reigns by then, is no error of the harness: it is written down.
  const isSeen = done && asking.isSeen(step, before, after)
  const during = `${text}; ${after.text}${done && !isSeen ? ' (nothing is seen of it)' : ''}`
  record.witness = { ...record.witness, during, seenUs: isSeen ? endedUs : null }
  record.healedUs = endedUs
  world.note(`${label}: ${text}`)
}
