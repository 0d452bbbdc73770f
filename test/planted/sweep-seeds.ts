/** The searcher in a planted tree: which checks fail in which seeds of a swarm. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadSpace } from '../../scenarios/swarm/space.ts'
import { runSeed } from '../../sim/swarm.ts'

const [swarm, from, count] = process.argv.slice(2)
const space = loadSpace(join(fileURLToPath(new URL('./swarms', import.meta.url)), `${swarm}.yaml`))
const found = new Map<string, number[]>()
for (let seed = Number(from); seed < Number(from) + Number(count); seed++)
  for (const { check } of runSeed(space, seed, () => false)!.failures)
    found.set(check, [...(found.get(check) ?? []), seed])
for (const [check, seeds] of found) console.log(`  ${check}: ${seeds.length}: ${seeds.slice(0, 8).join(', ')}`)
if (found.size === 0) console.log('  nothing')
