/**
 * For whoever writes a planted bug: plants it, and looks for seeds that catch it.
 *
 *   node --import tsx test/planted/search.ts NAME SWARM FROM COUNT
 */
import { spawnSync } from 'node:child_process'
import { PLANTED_BUGS } from './bugs.ts'
import { plantedTree, removeTree } from './tree.ts'

const [name, swarm, from, count] = process.argv.slice(2)
const bug = PLANTED_BUGS.find((each) => each.name === name)
if (bug === undefined) throw new Error(`no planted bug is called ${name}`)
const folder = plantedTree(bug.edits)
try {
  spawnSync(process.execPath, ['--import', 'tsx', 'test/planted/sweep.ts', swarm!, from!, count!], {
    cwd: folder,
    stdio: 'inherit',
  })
} finally {
  removeTree(folder)
}
