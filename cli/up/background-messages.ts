/** What `up --detach` and the program that it leaves behind say to each other until all is green. */
import type { SystemRecord } from '../../real/services/system/system-file.ts'
import type { UpOptions } from './keep-up.ts'

export type ToBackground = { readonly kind: 'options'; readonly options: UpOptions }

export type FromBackground =
  | { readonly kind: 'said'; readonly line: string }
  | { readonly kind: 'steps'; readonly titles: readonly string[] }
  /** One of them has ended. */
  | { readonly kind: 'step'; readonly index: number; readonly isDone: boolean }
  | { readonly kind: 'green'; readonly addresses: SystemRecord['addresses']; readonly greenAfterMs: number | null }
  /** Nothing is left of it. */
  | { readonly kind: 'failed'; readonly code: number; readonly text: string }
