import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { ability } from '../../../../real/network/namespaces/ability.ts'
import { test } from '../../../support/test.ts'

test('what a run needs is tried, and leaves nothing', { needs: 'namespaces' }, () => {
  const devices = () => readdirSync('/sys/class/net')
  const before = devices()
  assert.deepEqual(ability(), { able: true })
  assert.deepEqual(devices(), before)
})

test('what is missing is said, and what to install', () => {
  const script = `import { ability } from '${new URL('../../../../real/network/namespaces/ability.ts', import.meta.url)}'
    console.log(JSON.stringify(ability()))`
  const words = ['--import', 'tsx', '--input-type=module', '-e', script]
  const { stdout } = spawnSync(process.execPath, words, { env: { PATH: '' }, encoding: 'utf8' })
  const { able, reason, advice } = JSON.parse(stdout) as { able: boolean; reason: string; advice: string }
  assert.equal(able, false)
  assert.match(reason, /^only root can|^there is no program `unshare`|has no network namespaces$/)
  assert.match(advice, /iproute2, iptables/)
})
