/** What `up --detach` and the program that it leaves behind say to each other until all is green. */
import type { UpOptions } from './keep-up.ts'
import type { Green } from './progress.ts'

export type ToBackground = { readonly kind: 'options'; readonly options: UpOptions }

export type FromBackground =
  | { readonly kind: 'said'; readonly line: string }
  | { readonly kind: 'steps'; readonly titles: readonly string[] }
  /** One of them has ended. */
  | { readonly kind: 'step'; readonly index: number; readonly isDone: boolean }
  | ({ readonly kind: 'green' } & Green)
  /** Nothing is left of it. */
  | { readonly kind: 'failed'; readonly code: number; readonly text: string }
