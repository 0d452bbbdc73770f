/** A line of a chart: what it is called beside its value, and how it is drawn. */
import type { Marks } from '../../state/chart-columns.ts'

export interface Line {
  readonly label: string
  /** A CSS variable of the palette. */
  readonly colour: string
  readonly isMain?: boolean
  /** Where it has no point there was none of what it counts. */
  readonly isNothingZero?: boolean
  readonly dash?: readonly number[]
  readonly fill?: string
  /** It is a server's, and its disc stands for its name. */
  readonly node?: string
}

export interface DrawnMarks {
  readonly bands: Marks['bands']
  readonly rules: readonly (Marks['rules'][number] & { readonly colour: string })[]
}
