/**
 * From nothing to a green system, against four bare servers: the same mysqld, template and place for the data, started in
 * turn. What is beside the servers costs the difference.
 */
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { System } from '../../real/services/system/system.ts'

const ROUNDS = 5
const TARGET_MS = 20_000

export async function up(): Promise<void> {
  console.log(`\nFrom the command to all services green, ${ROUNDS} rounds`)
  const bareMs: number[] = []
  const greenMs: number[] = []
  // The first of each makes the template, and reads everything from the disk.
  await bare()
  await green()
  for (let round = 1; round <= ROUNDS; round++) {
    bareMs.push(await bare())
    greenMs.push(await green())
    console.log(`  round ${round}: four bare servers ${seconds(bareMs.at(-1)!)}, green ${seconds(greenMs.at(-1)!)}`)
  }
  const [servers, system] = [median(bareMs), median(greenMs)]
  console.log(
    `  median: ${seconds(system)}, ${(system / servers).toFixed(2)} times four bare servers (${seconds(servers)});`,
  )
  console.log(`  ${(system / TARGET_MS).toFixed(2)} of the ${seconds(TARGET_MS)} aimed at`)
}

async function bare(): Promise<number> {
  const startMs = performance.now()
  const driver = await createLocalDriver({ nodes: 4 })
  try {
    await driver.start()
    return performance.now() - startMs
  } finally {
    await driver.stop()
  }
}

async function green(): Promise<number> {
  const startMs = performance.now()
  const system = await System.create({ ports: { auto: true }, isDetached: false, onNote: () => {} })
  try {
    await system.begin().green
    return performance.now() - startMs
  } finally {
    await system.stop()
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
