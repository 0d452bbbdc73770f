import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { saveRun } from '../../reports/save.ts'
import { test } from '../support/test.ts'
import { fixture } from './fixtures.ts'

const RESULT = fixture()
const page = async () => '<!doctype html>'

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-test-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a run is saved as two whole files and nothing else', () =>
  inFolder(async (folder) => {
    const saved = await saveRun(join(folder, 'a', 'b'), RESULT, page)
    assert.deepEqual(saved.troubles, [])
    assert.deepEqual(readdirSync(join(folder, 'a', 'b')).sort(), ['report.html', 'result.json'])
    assert.deepEqual(JSON.parse(readFileSync(saved.resultPath!, 'utf8')), JSON.parse(JSON.stringify(RESULT)))
    assert.equal(readFileSync(saved.reportPath!, 'utf8'), await page())
  }))

test('a folder that cannot be written to: both files are kept in the temporary folder, and it is said where', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'file'), '')
    const saved = await saveRun(join(folder, 'file', 'out'), RESULT, page)
    const resultPath = String(saved.resultPath)
    assert.ok(resultPath.startsWith(tmpdir()), resultPath)
    try {
      assert.ok(existsSync(resultPath))
      assert.equal(dirname(saved.reportPath!), dirname(resultPath))
      assert.match(saved.troubles[0]!, /file\/out\/result\.json could not be written \(ENOTDIR: not a directory\)$/)
      assert.equal(saved.troubles[1], `the result was kept as ${resultPath}`)
    } finally {
      rmSync(dirname(resultPath), { recursive: true })
    }
  }))

test('a report that cannot be written leaves the result where it belongs', () =>
  inFolder(async (folder) => {
    // A folder in the way of the report's name.
    mkdirSync(join(folder, 'report.html'))
    const saved = await saveRun(folder, RESULT, page)
    assert.equal(saved.resultPath, join(folder, 'result.json'))
    assert.equal(saved.reportPath, null)
    assert.match(saved.troubles.join(), /report\.html could not be written \(E.*\); the result is .*result\.json$/)
    assert.deepEqual(readdirSync(folder).sort(), ['report.html', 'result.json'])
  }))

test('the result is on disk before the report is drawn', () =>
  inFolder(async (folder) => {
    await assert.rejects(
      saveRun(folder, RESULT, async () => {
        assert.ok(existsSync(join(folder, 'result.json')))
        throw new Error('drawing failed')
      }),
      /drawing failed/,
    )
    assert.deepEqual(readdirSync(folder), ['result.json'])
  }))
