/** A fault as a file states it, fitting its verb's schema, before anybody knows whether it can be meant. */
import type { z } from 'zod'
import type { delay } from '../file/amounts.ts'
import type { Path } from '../file/yaml-source.ts'
import type { after } from './anchors.ts'
import type { FaultVerb } from './list.ts'

export interface WrittenFault {
  readonly verb: FaultVerb
  readonly parsed: ParsedFault
  readonly target: ParsedTarget
  /** Where it stands in the file: [`faults`, index]. */
  readonly path: Path
  readonly line: number
}

/** Refuses the file: where, what, expected, found. */
export type Refuse = (path: Path, what: string, expected: string, found: string) => never

/** What every parsed step has in common, whichever its verb. */
export type ParsedFault = {
  readonly at?: number | undefined
  readonly after?: z.output<typeof after> | undefined
  readonly for?: number | undefined
  readonly direction?: 'both' | 'in' | 'out'
  readonly except?: readonly string[] | undefined
  readonly delay?: z.output<typeof delay> | undefined
  readonly jitter?: number | undefined
  readonly bandwidth?: number | undefined
  readonly close?: number | undefined
  readonly cpu?: number | undefined
  readonly disk?: number | undefined
  readonly ratio?: number | undefined
  readonly rows?: number | undefined
  readonly open?: number | undefined
  readonly hold?: number | undefined
  readonly period?: number | undefined
  readonly up?: number | undefined
  readonly by?: number | undefined
  readonly drift?: number | undefined
}

/** The verb's value: a target, or another kind of target by its name. */
export type ParsedTarget =
  | readonly string[]
  | { readonly split: readonly (readonly string[])[] }
  | { readonly failureThreshold: number }
  | { readonly link: { readonly from: string; readonly to: string } }
