/** What operators and applications do to real servers. */
import { counted } from '../../../algorithms/wording.ts'
import type { Effect, Sight } from '../../../scenarios/faults/fault-world.ts'
import type { OperatorLook, ServerLook, TransactionLook } from '../../../scenarios/faults/incidents.ts'
import type { Item } from '../../../scenarios/faults/items.ts'
import { monotonicUs } from '../../drivers/driver.ts'
import { type FaultPlace, targetOf } from '../fault-place.ts'
import { promised } from '../promises.ts'
import type { FaultTarget } from '../targets.ts'
import type { Lasting, Operator } from './operator.ts'

/** A server that was started again takes its time until it answers. */
const LIMIT_US = 10_000_000

export const longTransaction = lasting((operator, { step }) =>
  step.rows === null ? operator.openTransaction() : operator.insertRows(step.rows),
)

export const alter = lasting((operator) => operator.alterTable())

export function errantWrite(item: Item, place: FaultPlace): Effect<OperatorLook> {
  const { target, operator } = reachedBy(item, place)
  return effect(
    place,
    async () => {
      const found = await foundAt(target, place)
      if (found !== 'replica') return { look: found, text: `${target.name}: it is ${found}` }
      const own = await operator.ownTransactions()
      return {
        look: found,
        text: `${target.name}: ${counted(own, 'transaction')} under its own server_uuid`,
        amounts: [own],
      }
    },
    () => operator.writeErrantly(),
  )
}

export function reject(item: Item, place: FaultPlace): Effect<OperatorLook | 'no-source'> {
  const { target, operator } = reachedBy(item, place)
  const id = monotonicUs()
  const sourceOf = () => place.targets.get(place.source() ?? '')?.operator
  return effect(
    place,
    async () => {
      const found = await foundAt(target, place)
      if (found !== 'replica') return { look: found, text: `${target.name}: it is ${found}` }
      const writable = await sourceOf()
        ?.isReadOnly()
        .then((readOnly) => !readOnly)
        .catch(() => false)
      if (writable !== true) return { look: 'no-source', text: `${target.name}: no source that writes` }
      const has = await operator.hasRow(id)
      const text = `${target.name}: ${has ? 'has' : 'does not have'} the row ${id}`
      return { look: 'replica', text, amounts: [has ? 1 : 0] }
    },
    async () => {
      await operator.putRow(id)
      // A source that has gone meanwhile: half of it would be a difference that nobody can see.
      await sourceOf()!
        .insertRow(id)
        .catch(() => operator.takeRow(id))
      const operators = [...place.targets.values()].flatMap((one) => one.operator ?? [])
      lookBack(
        operator,
        operators.filter((other) => other !== operator),
        id,
        LOOKS_BACK,
      )
    },
  )
}

const LOOK_BACK_MS = 1_000
const LOOKS_BACK = 30

/** A row that nobody else has after all (its source never wrote it, or in an epoch that left it out) its operator takes back. */
function lookBack(operator: Operator, others: readonly Operator[], id: number, looks: number): void {
  const look = async () => {
    if (!(await operator.hasRow(id))) return
    const found = await Promise.all(others.map((other) => other.hasRow(id)))
    if (!found.includes(true)) await operator.takeRow(id)
  }
  const again = () => {
    if (looks > 0) lookBack(operator, others, id, looks - 1)
  }
  // One of them may be down, or the run be over.
  setTimeout(() => void look().then(again, again), LOOK_BACK_MS).unref()
}

export function purgeBinlogs(item: Item, place: FaultPlace): Effect<ServerLook> {
  const { target, operator } = reachedBy(item, place)
  return effect(
    place,
    async () => {
      const found = await processOf(target)
      if (found !== 'running') return { look: found, text: `${target.name}: it is ${found}` }
      const [first, last] = await operator.binlogs()
      return { look: found, text: `${target.name}: binlogs ${first} to ${last}`, amounts: [first, last] }
    },
    () => operator.purgeBinlogs(),
  )
}

/** By a persisted setting, which comes after its command line; taken back as soon as it has started. */
export function bootWritable(item: Item, place: FaultPlace): Effect<ServerLook> {
  const { target, operator } = reachedBy(item, place)
  let boots = 0
  return effect(
    place,
    async () => {
      const { text } = await target.look()
      const found = await processOf(target)
      return { look: found, text: `${text}; started writable ${boots === 0 ? 'never' : 'once'}`, amounts: [boots] }
    },
    async () => {
      await operator.bootWritable(true)
      await target.kill()
      await target.restart()
      boots++
      await operator.bootWritable(false)
    },
  )
}

type IncidentEffect<Look extends string> = (item: Item, place: FaultPlace) => Effect<Look>

function lasting(begin: (operator: Operator, item: Item) => Promise<Lasting>): IncidentEffect<TransactionLook> {
  return (item, place) => {
    const { target, operator } = reachedBy(item, place)
    let begun: Lasting | null = null
    return effect(
      place,
      async () => {
        const found = await processOf(target)
        if (found !== 'running') return { look: found, text: `${target.name}: it is ${found}` }
        if (begun !== null) return { look: 'begun', text: `${target.name}: ${await begun.text()}` }
        const isReadOnly = await operator.isReadOnly()
        return isReadOnly
          ? { look: 'read-only', text: `${target.name}: read-only` }
          : { look: 'idle', text: `${target.name}: no such transaction` }
      },
      async () => {
        begun = await begin(operator, item)
      },
      async () => {
        const ended = begun
        begun = null
        await ended?.end()
      },
    )
  }
}

function reachedBy(item: Item, place: FaultPlace): { readonly target: FaultTarget; readonly operator: Operator } {
  const target = targetOf(item, place)
  if (target.operator === undefined) throw new Error(`line ${item.step.line}: ${target.name} is no MySQL server`)
  return { target, operator: target.operator }
}

/** `refusing`: it boots or shuts down, and nobody gets in. */
async function processOf(target: FaultTarget): Promise<ServerLook> {
  const { look } = await target.look()
  return look === 'refusing' ? 'gone' : look
}

async function foundAt(target: FaultTarget, place: FaultPlace): Promise<OperatorLook> {
  const found = await processOf(target)
  if (found !== 'running') return found
  return target.name === place.source() ? 'source' : 'replica'
}

function effect<Look extends string>(
  { workloadStartUs }: FaultPlace,
  look: () => Promise<Sight<Look>>,
  apply: () => Promise<void>,
  undo: () => Promise<void> = async () => {},
): Effect<Look> {
  const seen = async () => {
    // It may go while it is looked at.
    const sight = await look().catch(
      (error: unknown): Sight<Look | 'gone'> => ({ look: 'gone', text: `it says nothing: ${String(error)}` }),
    )
    return { ...sight, seenUs: monotonicUs() - workloadStartUs } as Sight<Look>
  }
  return {
    limitUs: LIMIT_US,
    look: () => promised(seen()),
    apply: () => promised(apply().then(seen)),
    undo: () => promised(undo().then(seen)),
  }
}
