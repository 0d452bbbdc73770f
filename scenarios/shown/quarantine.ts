/** Why a server may not follow as it is, in words. */
import { textOf } from '../../algorithms/reasons/text.ts'
import type { Result } from '../result.ts'

type Quarantined = Extract<Result['events'][number], { kind: 'quarantined' }>

export function quarantineText({ extras, savedAs, why }: Quarantined): string {
  if (extras === '' && why !== undefined) return textOf(why)
  return `it alone has ${extras}${savedAs === null ? '' : `, saved as ${savedAs}`}`
}
