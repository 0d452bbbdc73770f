import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Acknowledged, readAcknowledged } from '../../../../real/services/coordinator/acknowledged.ts'
import { test } from '../../../support/test.ts'
import { withDirectory } from '../../drivers/local/scratch.ts'

const UUID = '11111111-1111-1111-1111-111111111111'

function acknowledge(to: Acknowledged, ...numbers: readonly number[]): void {
  for (const number of numbers) to.add({ uuid: UUID, number })
  to.flush()
}

const fails = (text: string) => assert.fail(text)

test('what was acknowledged is there for the next process, and half a line of a killed one is nothing', () =>
  withDirectory(async (directory) => {
    assert.equal(readAcknowledged(directory), null)
    const first = new Acknowledged(directory, fails)
    acknowledge(first, 1, 2, 3)
    acknowledge(first, 5)
    appendFileSync(join(directory, 'acknowledged.jsonl'), `{"gtids":"${UUID}:6-1`)
    assert.equal(String(readAcknowledged(directory)!.gtids), `${UUID}:1-3:5`)
    const second = new Acknowledged(directory, fails)
    acknowledge(second, 6)
    second.close()
    assert.equal(String(readAcknowledged(directory)!.gtids), `${UUID}:1-3:5-6`)
  }))

test('it is written in the turn in which it was said', () =>
  withDirectory(async (directory) => {
    const ledger = new Acknowledged(directory, fails)
    ledger.add({ uuid: UUID, number: 1 })
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(String(readAcknowledged(directory)!.gtids), `${UUID}:1`)
    ledger.close()
  }))

test('a file does not grow for ever, and neither do intervals: the oldest are forgotten, and counted', () =>
  withDirectory(async (directory) => {
    const ledger = new Acknowledged(directory, fails, { bytes: 2_000, intervals: 10, parts: 5 })
    // Each is an interval of its own, as where every second write is EVENTUAL.
    const writes = 1_000
    for (let number = 1; number <= writes; number++) acknowledge(ledger, 2 * number)
    ledger.close()
    const { gtids, forgotten } = readAcknowledged(directory)!
    assert.ok(gtids.has({ uuid: UUID, number: 2 * writes }) && !gtids.has({ uuid: UUID, number: 2 }))
    // Five parts, the one that grows, and what the file still has of those that were forgotten since it was written anew.
    assert.ok(gtids.size >= 50 && gtids.size <= 110, `${gtids.size}`)
    assert.ok(forgotten >= writes - 110 && forgotten <= writes - 50, `${forgotten}`)
    assert.ok(statSync(join(directory, 'acknowledged.jsonl')).size < 5_000)
    assert.deepEqual(readdirSync(directory), ['acknowledged.jsonl'])
  }))

test('what could not be written is written with the next, and the trouble is told once', () =>
  withDirectory(async (directory) => {
    const troubles: string[] = []
    const ledger = new Acknowledged(directory, (text) => troubles.push(text))
    const inTheWay = join(directory, 'acknowledged.jsonl.new')
    mkdirSync(inTheWay)
    acknowledge(ledger, 1)
    acknowledge(ledger, 2)
    assert.match(troubles.join('\n'), /^what was acknowledged could not be noted: EISDIR[^\n]*$/)
    rmSync(inTheWay, { recursive: true })
    acknowledge(ledger, 3)
    ledger.close()
    assert.equal(String(readAcknowledged(directory)!.gtids), `${UUID}:1-3`)
    assert.equal(readFileSync(join(directory, 'acknowledged.jsonl'), 'utf8').split('\n').length, 3)
  }))
