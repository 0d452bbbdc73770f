/** An audit's evidence as JSON, small enough to be kept beside a result: numbers as differences, sets as MySQL writes them. */
import { MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { AuditedRun } from './audited-run.ts'
import { eachOf, TransactionContents } from './contents.ts'
import type { AuditedServer } from './evidence.ts'

const SCHEMA = 'quorumlab.audit/1'

type Written = ReturnType<typeof written>

export function toEvidenceJson(run: AuditedRun): string {
  return JSON.stringify(written(run))
}

function written({ claims, evidence, ...run }: AuditedRun) {
  const { servers, contents } = evidence
  const uuids = [...new Set(claims.flatMap(({ gtid }) => (gtid === null ? [] : [gtid.uuid])))]
  // Of the text as it is read again: in its order.
  const known = contents.known.toString()
  const gtids = [...eachOf(MutableGtidSet.parse(known))]
  return {
    schema: SCHEMA,
    ...run,
    claims: {
      uuids,
      op: differences(claims.map(({ op }) => op)),
      rows: claims.map(({ rows }) => rows),
      consistency: claims.map(({ consistency }) => consistency),
      outcome: claims.map(({ outcome }) => outcome),
      /** Index of the uuid, -1 without a GTID; and its number. */
      uuid: claims.map(({ gtid }) => (gtid === null ? -1 : uuids.indexOf(gtid.uuid))),
      number: differences(claims.map(({ gtid }) => gtid?.number ?? 0)),
    },
    contents: {
      known,
      fingerprint: gtids.map((gtid) => contents.get(gtid)!.fingerprint),
      ops: gtids.map((gtid) => contents.opsOf(gtid)),
    },
    servers: servers.map(({ tables, identities, kept, ...server }) => ({
      ...server,
      tables:
        tables === null
          ? null
          : {
              ...tables,
              executed: tables.executed.toString(),
              ops: differences([...tables.ops].sort((a, b) => a - b)),
            },
      identities: identities.map(({ before, logged, outOfReign, ...identity }) => ({
        ...identity,
        before: before === null ? null : before.toString(),
        logged: logged.toString(),
        outOfReign: outOfReign.toString(),
      })),
      kept: kept.map(({ gtids, ...one }) => ({ ...one, gtids: gtids.toString() })),
    })),
  }
}

/** Throws an Error on what is no such JSON. */
export function fromEvidenceJson(text: string): AuditedRun {
  const parsed = JSON.parse(text) as Written
  if (parsed.schema !== SCHEMA) throw new Error(`expected schema ${SCHEMA}, found ${JSON.stringify(parsed.schema)}`)
  const { claims, contents, servers, schema: _, ...run } = parsed
  const numbers = sums(claims.number)
  return {
    ...run,
    claims: sums(claims.op).map((op, i) => ({
      op,
      rows: claims.rows[i]!,
      consistency: claims.consistency[i]!,
      outcome: claims.outcome[i]!,
      gtid: claims.uuid[i]! < 0 ? null : { uuid: claims.uuids[claims.uuid[i]!]!, number: numbers[i]! },
    })),
    evidence: { servers: servers.map(readServer), contents: readContents(contents) },
  }
}

function readServer({ tables, identities, kept, ...server }: Written['servers'][number]): AuditedServer {
  return {
    ...server,
    tables:
      tables === null
        ? null
        : { ...tables, executed: MutableGtidSet.parse(tables.executed), ops: new Set(sums(tables.ops)) },
    identities: identities.map(({ before, logged, outOfReign, ...identity }) => ({
      ...identity,
      before: before === null ? null : MutableGtidSet.parse(before),
      logged: MutableGtidSet.parse(logged),
      outOfReign: MutableGtidSet.parse(outOfReign),
    })),
    kept: kept.map(({ gtids, ...one }) => ({ ...one, gtids: MutableGtidSet.parse(gtids) })),
  }
}

function readContents({ known, fingerprint, ops }: Written['contents']): TransactionContents {
  const contents = new TransactionContents()
  let index = 0
  // In the order in which it was written: that of a set of the same text.
  for (const gtid of eachOf(MutableGtidSet.parse(known))) {
    contents.add(gtid, { fingerprint: fingerprint[index]!, ops: ops[index]! })
    index++
  }
  return contents
}

function differences(numbers: readonly number[]): number[] {
  return numbers.map((number, i) => number - (numbers[i - 1] ?? 0))
}

function sums(steps: readonly number[]): number[] {
  let sum = 0
  return steps.map((step) => (sum += step))
}
