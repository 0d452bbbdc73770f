/** Refuses a step that is aimed at what is not there, or at what its verb cannot hurt. */
import { suggestion } from '../file/nearest.ts'
import { show } from '../file/schema-issues.ts'
import type { Path } from '../file/yaml-source.ts'
import type { Scenario } from '../scenario.ts'
import { CRASHED, processNames, rolesIn, targetsOf } from './aims.ts'
import { FAULTS } from './list.ts'
import type { Refuse, WrittenFault } from './written-fault.ts'

export function checkTargets(
  { verb, parsed, target, path }: WrittenFault,
  cluster: Scenario['cluster'],
  refuse: Refuse,
): void {
  const all = processNames(cluster)
  const known = [...targetsOf(FAULTS[verb].aim, cluster), ...(verb === 'restart' ? [CRASHED] : [])]
  const check = (name: string, at: Path, names: readonly string[]) => {
    if (names.includes(name)) return
    const listed = names.length > 24 ? [...names.slice(0, 2), '...', ...names.slice(-12)] : names
    refuse(at, 'impossible target', `one of ${listed.join(', ')}`, `${show(name)}${suggestion(name, names)}`)
  }
  if ('link' in target) checkLink(target.link, [...path, verb, 'link'], all, refuse)
  else if ('split' in target)
    checkSplit(target.split, [...path, verb, 'split'], (name, at) => check(name, at, all), refuse)
  else if (!('failureThreshold' in target))
    for (const [i, name] of target.entries())
      check(name, target.length > 1 ? [...path, verb, i] : [...path, verb], known)
  for (const name of parsed.except ?? []) check(name, [...path, 'except'], [...all, ...rolesIn(cluster)])
}

/** `refuse` unless both ends are processes of the cluster, or `*`. */
export function checkLink(
  { from, to }: { readonly from: string; readonly to: string },
  path: Path,
  processes: readonly string[],
  refuse: Refuse,
): void {
  for (const end of [from, to])
    if (end !== '*' && !processes.includes(end))
      refuse(
        path,
        'impossible link',
        `two of ${processes.join(', ')} or *`,
        `${show(end)}${suggestion(end, processes)}`,
      )
  if (from === to && from !== '*') refuse(path, 'impossible link', 'two different processes', `${from} twice`)
}

function checkSplit(
  groups: readonly (readonly string[])[],
  path: Path,
  check: (name: string, at: Path) => void,
  refuse: Refuse,
): void {
  const seen = new Set<string>()
  for (const [i, group] of groups.entries())
    for (const [j, name] of group.entries()) {
      check(name, [...path, i, j])
      if (seen.has(name)) refuse([...path, i, j], 'impossible split', 'each process in one group', `${name} twice`)
      seen.add(name)
    }
}
