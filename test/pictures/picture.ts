/**
 * What a picture of an algorithm at work is: a drawing of what a run recorded. The data come out of the simulator, with
 * the algorithms in it as they are; nothing is drawn that was not measured there.
 */
import type { TopLevelSpec } from 'vega-lite'

export interface Picture {
  /** Of its file, `algorithms/pictures/NAME.svg`. */
  readonly name: string
  /** The algorithms that are seen at work in it, by their names in scenarios. */
  readonly shows: readonly string[]
  /** One sentence for the page: what is to be seen. */
  readonly caption: string
  /** Which runs these are, for the foot of the picture. */
  readonly origin: string
  /** Runs what is shown, and says how to draw it. */
  readonly draw: () => TopLevelSpec
}
