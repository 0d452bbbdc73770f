/** YAML in the documents is read by people who copy it, so it must be accepted by the loader. */
import type { SourceTree } from './source-tree.ts'

interface YamlBlock {
  readonly path: string
  /** Of the block's first line, 1-based. */
  readonly line: number
  readonly text: string
}

/** Every YAML block that is a whole scenario: it has a name, and a cluster, a workload or faults. */
export function scenarioBlocksIn(tree: SourceTree): YamlBlock[] {
  const blocks: YamlBlock[] = []
  for (const [path, text] of tree.texts) {
    if (!path.endsWith('.md')) continue
    let open: { fence: string; yaml: boolean; line: number; lines: string[] } | null = null
    for (const [index, line] of text.split('\n').entries()) {
      const fence = /^\s*(```+|~~~+)\s*(\w*)/.exec(line)
      if (open === null) {
        if (fence !== null)
          open = { fence: fence[1]!, yaml: ['yaml', 'yml'].includes(fence[2]!), line: index + 2, lines: [] }
      } else if (fence !== null && fence[2] === '' && fence[1]!.startsWith(open.fence)) {
        const body = open.lines.join('\n')
        if (open.yaml && looksLikeScenario(body)) blocks.push({ path, line: open.line, text: body })
        open = null
      } else open.lines.push(line)
    }
  }
  return blocks
}

function looksLikeScenario(text: string): boolean {
  return /^name:/m.test(text) && /^(cluster|workload|faults|algorithms):/m.test(text)
}
