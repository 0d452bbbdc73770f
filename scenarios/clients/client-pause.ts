/** What a client of a closed loop does between an answer and its next operation. */
import type { RandomStreams } from '../chance/random.ts'
import { delayTable } from '../chance/sampling.ts'
import type { Operation } from '../record.ts'
import type { ClosedWorkload } from '../scenario.ts'

/**
 * After anything but an ok answer a client waits at least so long, as every client does that is not broken: those that
 * ask again at once would fill the history of an outage with refusals, as many as the network carries.
 */
const RETRY_US = 10_000

/** Microseconds after the end of an operation. Each client draws from a stream of its own, so the others' pace moves nothing. */
export function clientPause(
  { thinkTime }: ClosedWorkload,
  streams: RandomStreams,
  client: number,
): (ended: Pick<Operation, 'outcome'>) => number {
  const think = delayTable(thinkTime)
  const stream = streams.stream(`client/think/${client}`)
  return ({ outcome }) => {
    const thinkUs = think.sample(stream)
    return outcome === 'ok' ? thinkUs : Math.max(thinkUs, RETRY_US)
  }
}
