/** What is asked about a server rather than of its data: probes, confirmations, and waits for GTIDs. */
import { exactInteger } from '../../algorithms/exact-integer.ts'
import { type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { MysqlRequests, Outcome, ReplyOf, ServerState } from '../../algorithms/servers.ts'
import type { Pending } from '../../algorithms/world.ts'
import { waitText } from './data.ts'
import { decoded } from './decoded.ts'
import type { ConnectionPool } from './pool.ts'
import { EXECUTED, PROMISED, RECEIVED, stateOf, stateText } from './state.ts'
import type { MysqlTarget } from './target.ts'

type Done<K extends keyof MysqlRequests> = (outcome: Outcome<ReplyOf<MysqlRequests, K>>) => void

/** How often the relay log is looked at while somebody waits for a transaction to arrive there. */
const RECEIVED_POLL_MS = 1

export function probe(
  pool: ConnectionPool,
  target: MysqlTarget,
  deadlineUs: number,
  done: (outcome: Outcome<ServerState>) => void,
): Pending {
  return pool.submit(stateText(target), deadlineUs, (failure, result) =>
    done(failure ?? decoded(() => stateOf(target, result))),
  )
}

/** The promise is read first: whoever promises afterwards is caught by the next confirmation, not missed by this one. */
export function confirm(pool: ConnectionPool, deadlineUs: number, done: Done<'confirm'>): Pending {
  return pool.submit(`${PROMISED}; ${RECEIVED}; ${EXECUTED}`, deadlineUs, (failure, result) => {
    if (failure !== null) {
      done(failure)
      return
    }
    const [[promised], received, executed] = result as [unknown[][], unknown[][], unknown[][]]
    done(
      decoded(() => ({
        promised: exactInteger(promised?.[0] ?? 0, 'a promised epoch'),
        gtids: unionOfRows(received, executed),
      })),
    )
  })
}

export function executed(pool: ConnectionPool, deadlineUs: number, done: Done<'executed'>): Pending {
  return pool.submit(EXECUTED, deadlineUs, (failure, result) =>
    done(failure ?? decoded(() => ({ executed: MutableGtidSet.parse((result as unknown[][])[0]![0] as string) }))),
  )
}

export function waitFor(
  pool: ConnectionPool,
  request: MysqlRequests['waitFor']['request'],
  deadlineUs: number,
  done: Done<'waitFor'>,
): Pending {
  return request.level === 'applied'
    ? waitForApplied(pool, request.gtids, request.timeoutUs, deadlineUs, done)
    : waitForReceived(pool, request.gtids, request.timeoutUs, deadlineUs, done)
}

/** The server sleeps, not we; its whole set, read after the wait, settles everybody whom it covers. */
function waitForApplied(
  pool: ConnectionPool,
  gtids: GtidSet,
  timeoutUs: number,
  deadlineUs: number,
  done: Done<'waitFor'>,
): Pending {
  const text = `${waitText(gtids.toString(), Math.min(timeoutUs, deadlineUs * 0.9))}; ${EXECUTED}`
  return pool.submit(text, deadlineUs, (failure, result) => {
    if (failure !== null) {
      done(failure)
      return
    }
    done(
      decoded(() => {
        const now = unionOfRows((result as unknown[][][])[1]!)
        return { covered: now.covers(gtids), gtids: now }
      }),
    )
  })
}

/** MySQL has no wait for the relay log: look, and look again. */
function waitForReceived(
  pool: ConnectionPool,
  gtids: GtidSet,
  timeoutUs: number,
  deadlineUs: number,
  done: Done<'waitFor'>,
): Pending {
  const startMs = performance.now()
  let pending: Pending
  let timer: NodeJS.Timeout | null = null
  const look = () => {
    const spentUs = (performance.now() - startMs) * 1000
    pending = pool.submit(`${RECEIVED}; ${EXECUTED}`, Math.max(1_000, deadlineUs - spentUs), (failure, result) => {
      if (failure !== null) {
        done(failure)
        return
      }
      const outcome = decoded(() => {
        const now = unionOfRows(...(result as unknown[][][]))
        return { covered: now.covers(gtids), gtids: now }
      })
      const isSettled = outcome.kind !== 'ok' || outcome.reply.covered
      const lookedUs = (performance.now() - startMs) * 1000
      if (isSettled || lookedUs + RECEIVED_POLL_MS * 1000 >= Math.min(timeoutUs, deadlineUs)) {
        done(outcome)
        return
      }
      timer = setTimeout(look, RECEIVED_POLL_MS)
    })
  }
  look()
  return {
    abandon() {
      if (timer !== null) clearTimeout(timer)
      pending.abandon()
    },
  }
}

function unionOfRows(...results: readonly (readonly (readonly unknown[])[])[]): MutableGtidSet {
  const union = new MutableGtidSet()
  for (const rows of results)
    for (const [text] of rows) if (text !== null && text !== '') union.addAll(MutableGtidSet.parse(String(text)))
  return union
}
