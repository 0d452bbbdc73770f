/** The rows of the table of fault verbs: what their records say. */
import { undoOf } from '../../scenarios/faults/facts.ts'
import type { Inability } from '../../scenarios/faults/fault.ts'
import { FAULT_VERBS, FAULTS } from '../../scenarios/faults/list.ts'
import { SERVER_WORLDS } from '../../scenarios/worlds.ts'

const WORLDS = ['sim', 'raft', ...SERVER_WORLDS] as const

const HEAD = ['verb / undo', 'target and amounts', 'simulator', 'Raft group', ...SERVER_WORLDS]

export function faultRows(): readonly (readonly string[])[] {
  const rows = FAULT_VERBS.flatMap((verb) => {
    const fault = FAULTS[verb]
    if (fault.kind === 'undoes') return []
    const undo = undoOf(verb)
    const note = fault.words.note === '' ? '' : ` (${fault.words.note})`
    return [
      [
        `\`${verb}\`${undo === null ? '' : ` / \`${undo}\``}${note}`,
        fault.words.targets,
        ...WORLDS.map((world) => abilityText(fault.worlds[world])),
      ],
    ]
  })
  return [HEAD, ...rows]
}

function abilityText(ability: 'yes' | Inability): string {
  return ability === 'yes' ? 'yes' : `no: ${ability.never}`
}
