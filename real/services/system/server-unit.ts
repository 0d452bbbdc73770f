/** One MySQL server of the driver's, as something that is supervised. */
import type { LocalCluster } from '../../drivers/local/local-cluster.ts'
import type { Unit } from './supervised.ts'

export function serverUnit(driver: LocalCluster, name: string): Unit {
  return {
    name,
    start: async () => {
      await driver.restart(name)
    },
    get pid() {
      return driver.processOf(name)?.pid ?? null
    },
    get condition() {
      const look = driver.processOf(name)
      if (look === null) return 'gone'
      return look.state === 'stopped' ? 'paused' : 'running'
    },
  }
}
