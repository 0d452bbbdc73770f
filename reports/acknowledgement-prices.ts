/** What each level of acknowledgement costs when something is lost: one row a loss, one column a level. */

interface Price {
  readonly loss: string
  readonly applied: string
  readonly received: string
  /** On its own, without a coordinator's quorum rule; timeout never, wait_no_replica on. */
  readonly semiSync: string
  readonly asynchronous: string
}

export const LEVELS = ['applied', 'received', 'semiSync', 'asynchronous'] as const

export const LEVEL_NAMES: Readonly<Record<(typeof LEVELS)[number], string>> = {
  applied: 'applied',
  received: 'received',
  semiSync: 'semi-sync alone',
  asynchronous: 'asynchronous',
}

export const PRICES: readonly Price[] = [
  {
    loss: "the source's process or machine",
    applied: 'nothing; the winner has it applied',
    received:
      'nothing; the failover waits until the winner has applied its relay log, at most maxApplyBacklog transactions of it',
    semiSync: 'nothing, if whoever is promoted is one of those that sent a receipt and applies its relay log first',
    asynchronous: 'whatever no replica had',
  },
  {
    loss: 'relay logs of one replica',
    applied: 'nothing; it counts again as soon as it has proved itself',
    received:
      'nothing; until it has proved itself it does not count, and a failover that needs it is refused. By receipts a restart behind what was acknowledged passes for such a loss',
    semiSync: 'what it alone had sent a receipt for, if it is promoted',
    asynchronous: 'nothing more: nobody counted on it',
  },
  {
    loss: "the source's disk, and the relay logs of every replica that held a write",
    applied: 'nothing: it is in their tables',
    received: 'the write is gone',
    semiSync: 'the write is gone',
    asynchronous: 'the write is gone',
  },
  {
    loss: 'so many replicas that k are not left',
    applied: 'writes end unknown after quorumTimeout; reads of the source wait',
    received: 'writes end unknown after quorumTimeout, by receipts inside their commit; reads of the source go on',
    semiSync: 'commits hang until replicas are back',
    asynchronous: 'nothing',
  },
  {
    loss: "a quorum's appliers, which stand still or lag",
    applied: 'writes end unknown after quorumTimeout',
    received: 'writes go on for maxApplyBacklog transactions, then wait; a failover waits for the appliers',
    semiSync: 'nothing until a failover, which waits for all that has piled up',
    asynchronous: 'nothing until a failover, which waits for all that has piled up',
  },
]
