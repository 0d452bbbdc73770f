/** Every picture of algorithms/README.md, in the order of that page. A new one is a line here and a line there. */
import { ELECTION_PICTURES } from './elections.ts'
import { FAILOVER_PICTURES } from './failover.ts'
import type { Picture } from './picture.ts'
import { QUORUM_PICTURES } from './quorums.ts'
import { RAFT_PICTURES } from './raft.ts'
import { TAAS_PICTURE } from './taas.ts'
import { TIMESTAMP_PICTURES } from './timestamps.ts'

export const PICTURES: readonly Picture[] = [
  ...QUORUM_PICTURES,
  ...ELECTION_PICTURES,
  ...FAILOVER_PICTURES,
  ...RAFT_PICTURES,
  TAAS_PICTURE,
  ...TIMESTAMP_PICTURES,
]
