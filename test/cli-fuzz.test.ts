/** `fuzz` and `replay` as commands: codes, files, tables, an interrupt. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from './support/test.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Spawned programs and their threads on a busy machine. */
const DEADLINE_MS = 120_000

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function cli(words: readonly string[], watch?: (interrupt: () => void) => void): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'cli.ts', ...words], { cwd: ROOT })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
      watch?.(() => child.kill('SIGINT'))
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-test-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const RESTARTED = `name: restarted
algorithms: { timestamps: odd-even }
checks: [timestamps-unique]
fuzz: { nodes: [3], faults: [crash] }
`

test(
  'a bad algorithm is found, made small, saved and replayed; a file that was changed is not',
  {
    deadlineMs: DEADLINE_MS,
  },
  () =>
    inFolder(async (folder) => {
      const file = join(folder, 'restarted.yaml')
      writeFileSync(file, RESTARTED)
      const found = await cli(['fuzz', file, '--seeds', '60', '--jobs', '2', '--quiet', '--out', join(folder, 'out')])
      assert.equal(found.code, 1, found.stderr)
      assert.match(found.stdout, /timestamps-unique +\d+ +\d+ /)
      const saved = readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.json'))
      assert.equal(saved.length, 1)
      const path = join(folder, 'out', saved[0]!)
      const again = await cli(['replay', path])
      assert.equal(again.code, 0, again.stdout + again.stderr)
      assert.match(again.stdout, /reproduced: timestamps-unique fails again, digest [0-9a-f]{16} as before/)
      const failure = JSON.parse(readFileSync(path, 'utf8'))
      assert.ok(failure.scenario.faults.length <= 2)
      writeFileSync(path, JSON.stringify({ ...failure, digest: '0000000000000000' }))
      const other = await cli(['replay', path])
      assert.equal(other.code, 1)
      assert.match(other.stdout, /not reproduced: timestamps-unique fails again, digest [0-9a-f]{16}, not 0{16}/)
      writeFileSync(path, JSON.stringify({ ...failure, scenario: { ...failure.scenario, faults: [{ at: '1s' }] } }))
      const bad = await cli(['replay', path])
      assert.equal(bad.code, 2)
      assert.match(bad.stderr, /a step without a fault/)
    }),
)

test('Ctrl-C: the table of what was done, exit 130', { deadlineMs: DEADLINE_MS }, () =>
  inFolder(async (folder) => {
    // It says what it is about to do; whatever it has done by then is in the table.
    const words = ['fuzz', 'swarm', '--seeds', '1000000', '--jobs', '1', '--out', folder]
    let isInterrupted = false
    const { code, stdout } = await cli(words, (interrupt) => {
      if (!isInterrupted) interrupt()
      isInterrupted = true
    })
    assert.equal(code, 130)
    assert.match(stdout, /seeds +[\d,]+: 0 failed/)
  }),
)

test('wrong usage: exit 2, and what was expected', { deadlineMs: DEADLINE_MS }, async () => {
  for (const [words, message] of [
    [['fuzz', 'swarm', '--shard', '3/2'], /--shard: expected i\/k with i from 1 to k, such as 1\/2, found "3\/2"/],
    [['fuzz', 'swarm', '--seeds', '0'], /--seeds: expected a whole number from 1 to/],
    [['replay', 'test/fixtures/scenarios/empty.yaml'], /empty.yaml:1:1: an empty file/],
    [['replay', 'no-such-file.json'], /no-such-file.json: expected a file that fuzz saved, found nothing/],
  ] as const) {
    const { code, stderr } = await cli(words)
    assert.equal(code, 2, `${words.join(' ')}: ${stderr}`)
    assert.match(stderr, message)
  }
})
