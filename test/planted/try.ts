/**
 * For whoever writes a planted bug: plants it, hunts it, and says what became of it.
 *
 *   node --import tsx test/planted/try.ts [NAME...]
 */
import { PLANTED_BUGS } from './bugs.ts'
import { verdictOf } from './caught.ts'
import { inTree } from './tree.ts'

const names = process.argv.slice(2)
await inTree(async ({ folder, holding }) => {
  for (const bug of PLANTED_BUGS) {
    if (names.length > 0 && !names.some((name) => bug.name.includes(name))) continue
    await holding(bug.edits, async () => {
      for (const hunt of bug.hunts) {
        const verdict = await verdictOf(folder, hunt)
        const detail =
          verdict.kind === 'caught' ? verdict.by : verdict.kind === 'broken' ? verdict.output.slice(-1500) : ''
        console.log(`${bug.name}: ${verdict.kind} ${detail}`)
      }
    })
  }
})
