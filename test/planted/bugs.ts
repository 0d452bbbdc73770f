/** Every planted bug. A new one is an entry in one of the files beside this one. */
import { ANSWER_BUGS } from './bugs/answers.ts'
import { AUDIT_BUGS } from './bugs/audits.ts'
import { CHECKER_BUGS } from './bugs/checkers.ts'
import { FAILOVER_BUGS } from './bugs/failover.ts'
import { INCIDENT_BUGS } from './bugs/incidents.ts'
import { LOSS_BUGS } from './bugs/losses.ts'
import { QUORUM_BUGS } from './bugs/quorum.ts'
import { REAL_SERVER_BUGS } from './bugs/real-servers.ts'
import { REASON_BUGS } from './bugs/reasons.ts'
import { REFUSAL_BUGS } from './bugs/refusals.ts'
import { TIMESTAMP_BUGS } from './bugs/timestamps.ts'
import type { PlantedBug } from './planted-bug.ts'

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...TIMESTAMP_BUGS,
  ...QUORUM_BUGS,
  ...ANSWER_BUGS,
  ...FAILOVER_BUGS,
  ...LOSS_BUGS,
  ...INCIDENT_BUGS,
  ...REFUSAL_BUGS,
  ...REASON_BUGS,
  ...CHECKER_BUGS,
  ...AUDIT_BUGS,
  ...REAL_SERVER_BUGS,
]
