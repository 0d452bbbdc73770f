import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SHELL_DEADLINE_MS } from '../support/shell.ts'
import { test } from '../support/test.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: Record<string, string> }

test('the command runs as npm installs it: by a link, from any folder', { deadlineMs: SHELL_DEADLINE_MS }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-bin-'))
  try {
    const command = join(folder, 'quorumlab')
    symlinkSync(join(ROOT, bin.quorumlab!), command)
    assert.match(execFileSync(command, ['list'], { cwd: folder, encoding: 'utf8' }), /^primary-crash /m)
    const script = execFileSync(command, ['completion'], { cwd: folder, encoding: 'utf8' })
    const words = 'quorumlab --get-yargs-completions quorumlab explain primary'
    assert.match(execFileSync('bash', ['-c', `${script}\n${words}`], { cwd: folder, encoding: 'utf8' }), /^healthy$/m)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
