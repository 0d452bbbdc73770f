/** Blind spots of the audits, of a run and of a running system. What must catch them are the evidences made up for their tests. */
import { type PlantedBug, testsOf } from '../planted-bug.ts'

export const AUDIT_BUGS: readonly PlantedBug[] = [
  {
    name: 'undecided-audit-holds',
    story: 'The command ends with 0 where nobody can tell whether a write is lost.',
    edits: [
      {
        file: 'cli/audit/audit.ts',
        find: "audit.verdict === 'pass' || isMadeToFail",
        replace: "audit.verdict !== 'fail' || isMadeToFail",
      },
    ],
    hunts: [testsOf('cli/audit/audit')],
  },
  {
    name: 'audit-needs-no-rows',
    story: 'For the audit of a run a write is there when its GTID is executed, whether or not its row is.',
    edits: [
      {
        file: 'scenarios/audit/claims.ts',
        find: '  const hasRow = rows === null || hasAllRows(rows, claim)\n',
        replace: '  const hasRow = true\n',
      },
    ],
    hunts: [testsOf('audit/judge-audit')],
  },
  {
    name: 'audit-passes-over-gaps',
    story: 'A replica that lacks a write and has later ones counts as one that has not come so far.',
    edits: [
      {
        file: 'scenarios/audit/claims.ts',
        find: '  return highest > gtid.number ?',
        replace: '  return highest < 0 ?',
      },
    ],
    hunts: [testsOf('audit/judge-audit')],
  },
  {
    name: 'audit-knows-no-strangers',
    story: "A row that no client asked for is nobody's business.",
    edits: [
      { file: 'scenarios/audit/claims.ts', find: 'if (!asked.has(op)) strange', replace: 'if (asked.has(-1)) strange' },
    ],
    hunts: [testsOf('audit/judge-audit')],
  },
  {
    name: 'audit-lets-who-follows-differ',
    story: 'A server that follows may have executed what its source has not.',
    edits: [
      {
        file: 'scenarios/audit/server-audit.ts',
        find: '  if (tables?.follows === true && !apart.isEmpty)',
        replace: '  if (tables?.follows === false && !apart.isEmpty)',
      },
    ],
    hunts: [testsOf('audit/judge-audit')],
  },
  {
    name: 'audit-believes-that-extras-were-kept',
    story: 'What a rebuild threw away counts as kept because a file was promised, whatever is in it.',
    edits: [
      {
        file: 'scenarios/audit/server-audit.ts',
        find: '(best?.found ?? 0) < extras.size',
        replace: 'best === null',
      },
    ],
    hunts: [testsOf('audit/judge-audit')],
  },
  {
    name: 'system-audit-trusts-its-source',
    story: 'What the source of a running system lacks is missed by nobody.',
    edits: [
      {
        file: 'scenarios/audit/judge-system.ts',
        find: '  const gone = acknowledged.minus(source.held)\n',
        replace: '  const gone = acknowledged.minus(acknowledged)\n',
      },
    ],
    hunts: [testsOf('audit/judge-system')],
  },
  {
    name: 'system-audit-passes-over-gaps',
    story: 'A replica of a running system that passed a transaction over counts as one that is behind.',
    edits: [
      {
        file: 'scenarios/audit/judge-system.ts',
        find: 'interval(uuid, 1, held.highest(uuid))',
        replace: 'interval(uuid, 1, 1)',
      },
    ],
    hunts: [testsOf('audit/judge-system')],
  },
  {
    name: 'system-audit-compares-no-rows',
    story: 'Tables that differ at the same transactions are no violation.',
    edits: [
      {
        file: 'scenarios/audit/judge-system.ts',
        find: '  for (const one of tables.differing)',
        replace: '  for (const one of tables.differing.slice(1))',
      },
    ],
    hunts: [testsOf('audit/judge-system')],
  },
  {
    name: 'ledger-starts-empty',
    story: 'A coordinator that starts again forgets what an earlier process noted as acknowledged.',
    edits: [
      {
        file: 'real/services/coordinator/acknowledged.ts',
        find: '    this.#part = gtids.clone()\n',
        replace: '    this.#part = new MutableGtidSet()\n',
      },
    ],
    hunts: [testsOf('coordinator/acknowledged.test')],
  },
]
