/** Bugs in what clients are told: writes and reads. */
import type { PlantedBug } from '../planted-bug.ts'

const hunt = { kind: 'tests', patterns: ['failover/acknowledgements', 'failover/change-threshold'] } as const

export const ANSWER_BUGS: readonly PlantedBug[] = [
  {
    name: 'acknowledged-one-short',
    story: 'A write is acknowledged when one replica fewer than k holds it.',
    edits: [
      {
        file: 'algorithms/quorum/policy.ts',
        find: '  return descending[k - 1]!\n',
        replace: '  return descending[Math.max(0, k - 2)]!\n',
      },
      {
        file: 'algorithms/quorum/policy.ts',
        find: "  if (holders >= selection.needed) return 'won'",
        replace: "  if (holders >= selection.needed - 1) return 'won'",
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'acknowledged-before-the-quorum',
    story: 'A write is answered ok as soon as the source has executed it.',
    edits: [
      {
        file: 'algorithms/failover/write.ts',
        find: "  if (request.consistency === 'EVENTUAL') return ok\n",
        replace: '  if (request.consistency !== null) return ok\n',
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'timed-out-quorum-is-ok',
    story: 'A write whose quorum did not answer in time is answered ok.',
    edits: [
      {
        file: 'algorithms/failover/write.ts',
        find: '  if (verdict === undefined) acknowledgements.forget(answer)\n',
        replace: "  if (verdict === undefined) return 'acknowledged'\n",
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'timed-out-quorum-is-failed',
    story: 'A write whose quorum did not answer in time is answered failed, though it stands on the source.',
    edits: [
      {
        file: 'algorithms/failover/write.ts',
        find: "  return { ...notOk('unknown', why, gtid, timestamp), at: { node, epoch } }\n",
        replace: "  return { ...notOk('failed', why, gtid, timestamp), at: { node, epoch } }\n",
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'read-before-it-is-acknowledged',
    story: 'A STRONG read is answered before what it saw is acknowledged.',
    edits: [
      {
        file: 'algorithms/failover/read.ts',
        find: '  const confirmation = confirmations.request()\n  const newest = Math.max(base, executed.highest(sourceUuid))\n',
        replace: '  const confirmation = confirmations.request()\n  const newest = base\n',
      },
    ],
    hunts: [{ kind: 'swarm', swarm: 'seen-then-gone', seeds: [0, 7], checks: ['linearizable'] }],
  },
  {
    name: 'read-without-confirmation',
    story: 'A STRONG read is answered without asking whether its epoch is still the newest.',
    edits: [
      {
        file: 'algorithms/failover/read.ts',
        find: '  const confirmed = yield* wait(confirmation, tuning.quorumTimeoutUs)\n',
        replace: "  const confirmed = 'confirmed' as string\n",
      },
    ],
    hunts: [{ kind: 'swarm', swarm: 'stale-readers', seeds: [0, 17], checks: ['linearizable'] }],
  },
  {
    name: 'receipts-without-the-selected',
    story:
      'The source has its receipts, so a write is acknowledged, though a replica that was selected is not among them.',
    edits: [
      {
        file: 'algorithms/failover/acknowledgements.ts',
        find: '    if (selection.members === null) return this.#heldBy(selection.needed) >= number\n',
        replace: '    if (selection !== null) return this.#heldBy(selection.needed) >= number\n',
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'receipts-of-those-that-do-not-count',
    story: 'Receipts count in full, though one may be of a replica that lost data and has proved nothing.',
    edits: [
      {
        file: 'algorithms/failover/acknowledgements.ts',
        find: 'this.#receipts.heldBy(count + this.#excluded.size)',
        replace: 'this.#receipts.heldBy(count)',
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'receipts-of-a-newer-epoch',
    story: 'What a source shows that has begun a newer epoch counts as acknowledged in the old one.',
    edits: [
      {
        file: 'algorithms/failover/receipts.ts',
        find: '  if (receipts === 0 || newestRow(executed)?.epoch !== reign.epoch) return\n',
        replace: '  if (receipts === 0 || newestRow(executed) === null) return\n',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['failover/receipts'] }],
  },
  {
    name: 'receipts-of-one-that-has-restarted',
    story:
      'What a source answers that has restarted, and waits for nobody, counts as receipted until a look finds out.',
    edits: [
      {
        file: 'algorithms/failover/receipts.ts',
        find: '  const receipts = Math.min(reign.receipts, told.receipts)\n  if (receipts > 0',
        replace: '  const { receipts } = reign\n  if (receipts > 0',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['failover/receipts'] }],
  },
  {
    name: 'restart-believed-under-receipts',
    story: 'A replica that restarts without what receipts acknowledged passes for one that lagged.',
    edits: [
      {
        file: 'algorithms/failover/monitor.ts',
        find: '  if (askedUs - state.uptimeUs > member.bootedByUs)\n',
        replace: '  if (askedUs - state.uptimeUs > member.bootedByUs && askedUs < 0)\n',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['failover/receipts'] }],
  },
  {
    name: 'backlog-ignored',
    story: 'Writes go on however much the replicas of their quorum have left to apply.',
    edits: [
      {
        file: 'algorithms/failover/backlog.ts',
        find: '    return !this.isHolding && this.size(k) < this.limit\n',
        replace: '    return !this.isHolding && this.size(k) < Number.POSITIVE_INFINITY\n',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['sim/backlog'] }],
  },
]
