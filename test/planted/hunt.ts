/**
 * The hunter in a planted tree: runs the swarm over the seeds of a hunt, until a check fails that was to fail.
 * Exit code 1 and a line `CAUGHT ...` when it does, 0 when all seeds pass.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadSpace } from '../../scenarios/swarm/space.ts'
import { runSeed } from '../../sim/swarm.ts'
import type { Hunt } from './planted-bug.ts'

const hunt = JSON.parse(process.argv[2]!) as Extract<Hunt, { kind: 'swarm' }>
const space = loadSpace(join(fileURLToPath(new URL('swarms', import.meta.url)), `${hunt.swarm}.yaml`))
for (const seed of hunt.seeds) {
  const { failures } = runSeed(space, seed, () => false)!
  const caught = failures.find(({ check }) => hunt.checks.includes(check))
  if (caught !== undefined) {
    console.log(`CAUGHT ${caught.check} in ${hunt.swarm}, seed ${seed}: ${caught.detail}`)
    process.exit(1)
  }
  const other = failures[0]
  if (other !== undefined) {
    console.log(`seed ${seed} fails otherwise: ${other.check}: ${other.detail}`)
    process.exit(2)
  }
}
