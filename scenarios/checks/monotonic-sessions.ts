/**
 * In one session no STRONG or SESSION read of a key goes back behind an earlier one (monotonic reads, Terry et al.
 * 1994). Two ways to see it: the row shown was there before the earlier read's row was even sent; or a row comes back
 * that the session had already seen replaced (each row is written once, so a key never returns to it).
 *
 * Cannot see: two sessions that see concurrent writes in opposite orders (linearizable does, for STRONG reads); going
 * back between different keys; EVENTUAL reads, which may.
 */

import type { Operation, RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import { rowsOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeRead } from './evidence-text.ts'
import { count, Findings } from './findings.ts'
import { isPromised, keyHistories, sessionsOf } from './session-history.ts'

const NAME = 'monotonic-sessions'

export const MONOTONIC_SESSIONS: Check = {
  name: NAME,
  says: 'a session never reads a key as it was before its own earlier read',
  proves: 'in a session no STRONG or SESSION read of a key goes back behind an earlier one',
  cannotSee: 'sessions that see concurrent writes in opposite orders; going back between keys',
  evidence: ['history'],
  promisedBy: ['survives-failover'],
  level: 'SESSION',
  needsSource: false,
  judge: check,
}

/** What a session has been shown of one key. */
interface Shown {
  /** The latest read. */
  last: Operation
  /** Those whose rows were sent latest: several where that was in one microsecond, which says nothing of their order. */
  newest: { readonly read: Operation; readonly row: Operation }[]
  /** Rows that were shown and then others, with the read that showed the other. */
  readonly replaced: Map<number, Operation>
}

export function check(record: RunRecord, _scenario: Scenario): CheckResult {
  const findings = new Findings()
  const histories = keyHistories(record)
  for (const [session, operations] of sessionsOf(rowsOf(record.operations))) {
    const keys = new Map<number, Shown>()
    for (const read of operations) {
      if (read.kind !== 'read' || read.outcome !== 'ok' || !isPromised(read)) continue
      const row = histories.shownBy(read)
      if (row === undefined) continue
      let shown = keys.get(read.key)
      if (shown === undefined) {
        keys.set(read.key, (shown = { last: read, newest: [], replaced: new Map() }))
      } else {
        findings.examined++
        const before = behind(shown, row)
        if (before !== null)
          findings.violation(
            'went-back',
            () => `session ${session}: ${describeRead(before)}; but later ${describeRead(read)}`,
          )
      }
      const previous = shown.last.value?.op
      if (previous !== undefined && previous !== row?.op && !shown.replaced.has(previous))
        shown.replaced.set(previous, read)
      shown.last = read
      if (row === null) continue
      const laterUs = row.sentUs! - (shown.newest[0]?.row.sentUs ?? Number.NEGATIVE_INFINITY)
      if (laterUs > 0) shown.newest = [{ read, row }]
      else if (laterUs === 0 && !shown.newest.some((known) => known.row === row)) shown.newest.push({ read, row })
    }
  }

  /** An earlier read that showed something newer than `row`; null: none certainly did. */
  function behind({ newest, replaced }: Shown, row: Operation | null): Operation | null {
    const ahead = newest.find((known) => histories.isOlder(row, known.row))
    if (ahead !== undefined) return ahead.read
    return row === null ? null : (replaced.get(row.op) ?? null)
  }

  return findings.conclude(NAME, {
    pass: () => `${count(findings.examined, 'read')} of keys that their session had read before: none goes back`,
    fail: () => `${findings.violations} of ${count(findings.examined, 'repeated read')} go back behind an earlier one`,
    nothing: 'no session read a key twice (STRONG or SESSION)',
  })
}
