/**
 * A program that owns a server and has made everything under it worse, to be killed by a test: `hurt-process.ts STATE_ROOT`.
 * Prints a line when all of it holds, then waits.
 */
import { createLocalDriver } from '../../../../real/drivers/local/local-driver.ts'
import { STANDS_STILL_US } from '../../../../real/faults/machine/slow-disk.ts'
import { underProcess } from '../../../../real/faults/machine/under.ts'

const needs = { sizedDisks: ['node1'], fakedClocks: [] }
const driver = await createLocalDriver({ nodes: 1, stateRoot: process.argv[2]!, needs })
await driver.start()
const { processors, server } = underProcess(driver, 'node1', () => {})
const by = {}
await server!.connections.hurt(by, true)
await server!.room.hurt(by, true)
await server!.disk.hurt(by, STANDS_STILL_US)
await processors.hurt(by, 0.5)
const pid = driver.lives('node1').pid()
process.stdout.write(`${JSON.stringify({ pid, id: driver.ownership.id, directory: driver.storage.directory })}\n`)
