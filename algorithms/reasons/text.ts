/**
 * What people read of a reason: the one place where a code becomes a sentence. Nothing is decided by these words, and a
 * test rewords all of them to prove it (test/algorithms/reasons/text.test.ts).
 */
import { counted, durationText } from '../wording.ts'
import type { RuleVerdict, Uncounted, Why } from './why.ts'

/** A short, lower-case phrase without a full stop. */
export function textOf(why: Why): string {
  switch (why.code) {
    case 'connection-refused':
      return 'connection refused'
    case 'connect-timeout':
      return 'connect timed out'
    case 'connection-lost':
      return 'connection lost'
    case 'connection-closed':
      return 'connection closed'
    case 'deadline':
      return 'no answer in time'
    case 'no-connection':
      return 'no connection in time'
    case 'unwanted':
      return 'no longer waited for'
    case 'unknown-request':
      return 'unknown request'
    case 'starting':
      return 'the process is starting'
    case 'not-introduced':
      return 'not introduced yet'
    case 'no-coordinator':
      return 'there is no coordinator'
    case 'deposed':
      return deposedText(why)
    case 'administrator-busy':
      return 'the server was busy with another command'
    case 'session-killed':
      return 'session killed'
    case 'administrator-locked':
      return 'administrator lock not granted in time'
    case 'still-receiving':
      return `not promoted: the receiver is ${why.receiver}`
    case 'unapplied':
      return `not promoted: ${counted(why.transactions, 'transaction')} ${why.transactions === 1 ? 'is' : 'are'} not applied`
    case 'not-kept':
      return `after the promise that of epoch ${why.promised} was read back`
    case 'not-writable':
      return 'not marked: the server is read-only'
    case 'receiver-not-stopped':
      return `the receiver is ${why.receiver} after STOP REPLICA`
    case 'applier-stopped':
      return 'the applier does not run, so the relay log would be lost'
    case 'not-seen-dead':
      return `${textOf(why.cause)}, and its session was not seen dead`
    case 'access-denied':
      return 'access denied'
    case 'too-many-connections':
      return 'too many connections'
    case 'shutting-down':
      return 'server shutting down'
    case 'duplicate-operation':
      return 'duplicate operation'
    case 'syntax-error':
      return 'syntax error'
    case 'no-such-table':
      return 'no such table'
    case 'no-replica':
      return 'not configured as replica'
    case 'lock-wait-timeout':
      return 'lock wait timed out'
    case 'deadlock':
      return 'deadlock'
    case 'read-only':
      return 'read only'
    case 'interrupted':
      return 'query execution was interrupted'
    case 'receiver-runs':
      return 'replica io thread must be stopped'
    case 'replica-runs':
      return 'replication threads must be stopped'
    case 'applier-runs':
      return 'replica sql thread must be stopped'
    case 'offline-mode':
      return 'server offline'
    case 'handshake-refused':
      return 'connection refused in handshake'
    case 'mysql-error':
      return `error ${why.errno}: ${why.message.toLowerCase()}`
    case 'journal-failed':
      return `journal: ${why.message.toLowerCase()}`
    case 'supervisor-failed':
      return `${why.request}: ${why.message}`
    case 'donor-down':
      return `donor ${why.donor} is not running`
    case 'donor-lost':
      return `donor ${why.donor} went away`
    case 'rebuild-under-way':
      return `${why.node} is being rebuilt`
    case 'not-started':
      return `${why.node} did not start`
    case 'nothing-granted':
      return 'nothing is granted yet'
    case 'no-gtid':
      return 'the server reported no gtid, or one beyond 2^53-1'
    case 'inexact-integer':
      return `${why.what} that cannot be counted exactly: expected a whole number up to 2^53-1 (${Number.MAX_SAFE_INTEGER}), found ${why.found}`
    case 'not-caught-up':
      return 'not caught up in time'
    case 'silent-server':
      return 'it does not answer'
    case 'nobody-reigns':
      return 'no source reigns'
    case 'no-timestamp':
      return 'no timestamp server answers'
    case 'epoch-ended':
      return 'the epoch ended'
    case 'foreign-transaction':
      return 'the transaction is not of this epoch'
    case 'foreign-server':
      return 'the server is not of this epoch'
    case 'quorum-late':
      return 'the quorum did not answer in time'
    case 'read-unacknowledged':
      return 'what was read was not acknowledged in time'
    case 'read-unconfirmed':
      return 'the epoch was not confirmed in time'
    case 'apply-backlog':
      return `the replicas that a quorum needs have ${counted(why.transactions, 'transaction')} to apply, and ${why.limit} may pile up`
    case 'nobody-leads':
      return 'nobody leads'
    case 'leader-stepped-down':
      return 'the leader stepped down'
    case 'in-flight':
      return 'in flight'
    case 'no-client-free':
      return 'no client was free before the workload ended'
    case 'operation-in-flight':
      return 'the same operation is under way'
    case 'operation-reused':
      return 'another statement had this operation id'
    case 'operation-id-with-ddl':
      return 'a change of the schema cannot have an operation id: it commits by itself'
    case 'statement-refused':
      return `error ${why.errno} (${why.sqlState}): ${why.message}`
    case 'rule':
      return ruleText(why)
    case 'too-few-replicas':
      return `any other source would have ${counted(why.counted, 'replica')} that ${why.counted === 1 ? 'counts' : 'count'}, and a write needs ${why.needed}${unfitText(why.unfit)}${neverAgain(why.unprovable)}`
    case 'young-term':
      return `the term is younger than ${durationText(why.minimumTermUs)}`
    case 'appliers-behind':
      return `${counted(why.received, 'replica')} ${why.received === 1 ? 'has' : 'have'} received what is waited for and not applied it, which another source would not change`
    case 'replicas-just-back':
      return 'replicas have only just come back'
    case 'manual-mode':
      return 'failover is not automatic: a person has to ask for it'
    case 'stands-back':
      return `automatic failover stands back for ${durationText(why.forUs)}: somebody chooses the next source by hand`
    case 'not-journalled':
      return `the journal did not take it: ${textOf(why.cause)}`
    case 'no-candidate':
      return 'no stopped replica can apply what it received'
    case 'not-up-to-date':
      return `${why.node} could not be brought up to date`
    case 'not-promoted':
      return `${why.node} was not promoted: ${textOf(why.cause)}`
    case 'perhaps-promoted':
      return `${why.node} may have been promoted: ${textOf(why.cause)}`
    case 'nobody-won':
      return why.each.map(textOf).join('; ')
    case 'outdated':
      return `${why.node} belongs to a newer epoch`
    case 'move-under-way':
      return 'another move is under way'
    case 'source-in-trouble':
      return 'something is wrong with the source'
    case 'stands-by':
      return 'this coordinator stands by'
    case 'no-such-server':
      return `there is no server ${why.node}`
    case 'is-source':
      return `${why.node} is the source already`
    case 'silent':
      return `${why.node} does not answer`
    case 'lost-data':
      return `${why.node} lost data and does not count yet`
    case 'not-following':
      return `${why.node} does not follow the source`
    case 'source-silent':
      return `the source did not say what it has executed: ${textOf(why.cause)}`
    case 'late':
      return `${why.node} did not catch up within ${durationText(why.withinUs)}`
    case 'no-end':
      return `no end after ${durationText(why.afterUs)}`
    case 'no-threshold':
      return `${why.policy} has no failure threshold`
    case 'threshold-range':
      return `the failure threshold of ${why.nodes} servers is from 1 to ${why.most}, not ${why.asked}`
    case 'ratio-misfit':
      return `weights of ratio ${why.ratio} do not fit threshold ${why.failureThreshold}`
    case 'change-under-way':
      return 'another change is under way'
    case 'row-not-written':
      return `the row was not written: ${textOf(why.cause)}`
    case 'errant':
      return `it executed ${counted(why.transactions, 'transaction')} that its source never had`
    case 'binlogs-purged':
      return 'its source has purged the binlogs that it needs (error 1236)'
    case 'applier-failed':
      return `its applier stopped at error ${why.errno}: its rows are not its source's`
    case 'row-not-held':
      return `fewer than ${counted(why.needed, 'replica')} ${why.needed === 1 ? 'has' : 'have'} its row`
  }
}

function deposedText(why: Extract<Why, { code: 'deposed' }>): string {
  if (why.by === 'rival')
    return `deposed: epoch ${why.epoch} belongs to member ${why.member}, this session names ${why.named ?? 'none'}`
  const what = why.by === 'promise' ? `promised epoch ${why.epoch}` : `epoch ${why.epoch} has begun`
  return `deposed: ${what}, this session is of epoch ${why.session}`
}

function ruleText({ data, promises, uncounted, unprovable }: RuleVerdict): string {
  const demand =
    data.counted === promises.counted
      ? `${counted(Math.max(data.needed, promises.needed), 'replica')}, ${data.counted} ${data.counted === 1 ? 'is reachable and counts' : 'are reachable and count'}`
      : `${counted(data.needed, 'replica')} that ${data.needed === 1 ? 'has' : 'have'} lost nothing and ${promises.needed} that ${promises.needed === 1 ? 'keeps its promise' : 'keep their promises'}, ` +
        `${data.counted} and ${promises.counted} are reachable and count`
  const named = uncounted.map(({ node, why }) => `${node} ${UNCOUNTED[why]}`)
  const list = named.length === 0 ? '' : ` (${named.join(', ')})`
  return `the quorum rule needs ${demand}${list}${neverAgain(unprovable)}`
}

const UNCOUNTED: Readonly<Record<Uncounted['why'], string>> = {
  source: 'was the source',
  'not-stopped': 'could not be stopped',
  'lost-relay-log': 'lost its relay log',
  rebuilt: 'was rebuilt',
  unknown: 'has another server_uuid than was known',
}

function unfitText(names: readonly string[] = []): string {
  return names.length === 0
    ? ''
    : ` (${names.join(' and ')} cannot follow as ${names.length === 1 ? 'it is' : 'they are'})`
}

/** The end of a refusal that no waiting helps against; empty where some does. */
function neverAgain(unprovable: readonly string[]): string {
  if (unprovable.length === 0) return ''
  const [were, they] = unprovable.length === 1 ? ['was', 'it holds'] : ['were', 'they hold']
  const names = unprovable.join(' and ')
  return `; ${names} ${were} rebuilt, and too few others are left to acknowledge anything that would prove what ${they}`
}
