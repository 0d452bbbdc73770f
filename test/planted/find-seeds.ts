/**
 * For whoever writes a planted bug: plants it, and looks for seeds that catch it. `sound`: in the project as it is.
 *
 *   node --import tsx test/planted/find-seeds.ts NAME SWARM FROM COUNT
 */
import { PLANTED_BUGS } from './bugs.ts'
import { runIn } from './run-program.ts'
import { inTree } from './tree.ts'

const [name, ...sweep] = process.argv.slice(2)
const bug = PLANTED_BUGS.find((each) => each.name === name)
if (bug === undefined && name !== 'sound') throw new Error(`no planted bug is called ${name}`)
await inTree(({ folder, holding }) =>
  holding(bug?.edits ?? [], async () => {
    console.log((await runIn(folder, ['test/planted/sweep-seeds.ts', ...sweep], 600_000)).output)
  }),
)
