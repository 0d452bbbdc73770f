/**
 * A program that owns a cluster, to be killed by a test: `node --import tsx owner-process.ts STATE_ROOT [exit]`. Prints
 * a line when its server is up, then waits; with `exit` it leaves at once, without `stop()`.
 */
import { createLocalDriver } from '../../../../real/drivers/local/local-driver.ts'

const [stateRoot, then] = process.argv.slice(2)
const driver = await createLocalDriver({ nodes: 1, stateRoot })
await driver.start()
process.stdout.write(`${JSON.stringify({ directory: driver.storage.directory, nodes: driver.nodes })}\n`)
if (then === 'exit') process.exit(0)
