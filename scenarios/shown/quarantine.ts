/** Why a server may not follow as it is, in words. */
import { textOf } from '../../algorithms/reasons/text.ts'
import type { Result } from '../result.ts'

type Quarantined = Extract<Result['events'][number], { kind: 'quarantined' }>

export function quarantineText({ extras, savedAs, why }: Quarantined): string {
  if (extras === '') return why === undefined ? 'it cannot follow as it is' : textOf(why)
  return `it alone has ${extras}${savedAs === null ? '' : `, saved as ${savedAs}`}`
}
