import { createLocalDriver } from '../../../../real/drivers/local/local-driver.ts'
import { STANDS_STILL_US } from '../../../../real/faults/machine/slow-disk.ts'
import { underProcess } from '../../../../real/faults/machine/under.ts'
import { MysqlConnection, NO_SETUP } from '../../../../real/mysql/connection.ts'
import { test } from '../../../support/test.ts'

const NODE = 'node1'
const WRITES = 4

test('a server whose threads stand still at its disk dies when it is killed', {
  needs: 'mysql',
  deadlineMs: 60_000,
}, async () => {
  const driver = await createLocalDriver({ nodes: 1, needs: { sizedDisks: [], fakedClocks: [] } })
  const connections: MysqlConnection[] = []
  try {
    await driver.start()
    const { server } = underProcess(driver, NODE, () => {})
    const { adminPort: port, host } = driver.nodes[0]!
    for (let i = 0; i < WRITES; i++)
      connections.push(
        await new Promise((resolve, reject) => {
          new MysqlConnection({ host, port, account: driver.accounts.admin }, NO_SETUP, resolve, (_, { reason }) =>
            reject(new Error(reason)),
          )
        }),
      )
    await server!.disk.hurt({}, STANDS_STILL_US)
    for (const connection of connections)
      connection.run('SET PERSIST_ONLY innodb_print_all_deadlocks = OFF', 60_000, () => {})
    // What a look at the disk asks as well: by its answer the others stand there, too.
    await server!.disk.look()
    await driver.kill(NODE)
  } finally {
    for (const connection of connections) connection.destroy()
    await driver.stop()
  }
})
