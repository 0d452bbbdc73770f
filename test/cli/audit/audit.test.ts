/** `audit` as people use it: of a system that is up, and of a run whose form loses what it acknowledged. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { saveEvidence } from '../../../real/audit/evidence-file.ts'
import { LIBRARY } from '../../../scenarios/file/library.ts'
import { CLAIMS, evidence } from '../../scenarios/audit/evidence.ts'
import { inFolder, shell } from '../../support/shell.ts'
import { test } from '../../support/test.ts'
import { detached, inPlace, SYSTEM } from '../up/running-system.ts'

test(
  'a system that is up is audited beside it: exit 0; where none is up, exit 2 says what could be audited',
  SYSTEM,
  () =>
    inPlace(async (place) => {
      const nothing = await place.cli('audit')
      assert.equal(nothing.code, 2)
      assert.match(nothing.stderr, /expected the folder of a run, or a system that is up/)
      await detached(place)
      const { code, stdout, stderr } = await place.cli('audit')
      assert.equal(code, 0, `${stdout}${stderr}`)
      assert.match(stdout, /^system [0-9a-f]{8} of process \d+\n/)
      assert.match(
        stdout,
        /pass {2}audit: [1-9]\d* acknowledged writes?: each on the source node\d, and lost on none of 4/,
      )
      const { audit } = JSON.parse((await place.cli('audit --json')).stdout) as { audit: { verdict: string } }
      assert.equal(audit.verdict, 'pass')
    }),
)

test('what could not be decided was not shown: exit 1; what was is 0', () =>
  inFolder(async (folder) => {
    const run = {
      scenario: 'sound',
      world: 'local',
      seed: 1,
      claims: CLAIMS,
      errants: [],
      isMadeToFail: false,
    } as const
    const away = { tables: null, unread: 'it was not read: no connection' }
    for (const [spoiled, code, verdict] of [
      [{}, 0, 'pass'],
      [{ node2: () => away }, 1, 'unknown'],
    ] as const) {
      saveEvidence(folder, { ...run, evidence: evidence(spoiled) })
      const ended = await shell(`cli audit '${folder}' --json`)
      assert.equal(ended.code, code, ended.stderr)
      const { audit } = JSON.parse(ended.stdout) as { audit: { verdict: string } }
      assert.equal(audit.verdict, verdict)
    }
  }))

test('a folder that is not there is bad input: exit 2 with its name', () =>
  inFolder(async (folder) => {
    const { code, stderr } = await shell(`cli audit '${folder}/nowhere'`)
    assert.equal(code, 2, stderr)
    assert.match(stderr, /nowhere: expected the folder of a run on real servers, found no such folder/)
  }))

test(
  'what a finite timeout of semi-sync lost is found in the binlogs of real servers: exit 1',
  {
    needs: 'mysql',
    deadlineMs: 240_000,
  },
  () =>
    inFolder(async (folder) => {
      // The conviction, without its word that it is made to fail.
      const text = readFileSync(join(LIBRARY, 'convictions/semi-sync-alone.yaml'), 'utf8').replace(/^expect:.*$/m, '')
      writeFileSync(join(folder, 'trusting.yaml'), text)
      const run = await shell(`cli run '${folder}/trusting.yaml' --on local --quiet --out '${folder}/out'`)
      assert.equal(run.code, 1, `${run.stdout}${run.stderr}`)
      const { code, stdout } = await shell(`cli audit '${folder}/out' --json`)
      assert.equal(code, 1, stdout)
      const { audit } = JSON.parse(stdout) as { audit: { kinds: string[]; evidence: string[] } }
      assert.ok(audit.kinds.includes('gone-from-source'), stdout)
      assert.match(
        audit.evidence[0]!,
        /^write \d+ \(STRONG, acknowledged, GTID .*\): its GTID and row are missing on the last/,
      )
    }),
)
