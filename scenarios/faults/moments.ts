/** When a step fires: at a time within the workload, or after an event that can happen. */
import { formatDuration } from '../file/amounts.ts'
import { suggestion } from '../file/nearest.ts'
import { pathText, show } from '../file/schema-issues.ts'
import type { Scenario } from '../scenario.ts'
import { nodeNames } from './aims.ts'
import { anchorText } from './anchors.ts'
import type { Refuse, WrittenFault } from './written-fault.ts'

export function checkMoment(
  { verb, parsed, path }: WrittenFault,
  cluster: Scenario['cluster'],
  durationUs: number,
  refuse: Refuse,
): void {
  const { at, after } = parsed
  const expected = 'a duration with its unit, such as 150us, 200ms, 3s or 5m, or `after:` an event'
  if (at === undefined && after === undefined) refuse(path, `missing ${pathText([...path, 'at'])}`, expected, 'nothing')
  if (at !== undefined && at >= durationUs)
    refuse([...path, 'at'], `${verb} after the end`, `a time before ${formatDuration(durationUs)}`, formatDuration(at))
  if (after !== undefined && after.event.kind !== 'answered' && cluster.protocol === 'raft')
    refuse([...path, 'after'], 'an event that a Raft group does not have', '{ op: 17 }', anchorText(after.event))
  if (after?.event.kind !== 'received') return
  const { node } = after.event
  const nodes = nodeNames(cluster)
  if (!nodes.includes(node))
    refuse(
      [...path, 'after', 'receivedBy'],
      'impossible receiver',
      `one of ${nodes.join(', ')}`,
      `${show(node)}${suggestion(node, nodes)}`,
    )
}
