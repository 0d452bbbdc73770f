/** A delay as people read it. */
import { durationText } from '../../algorithms/wording.ts'
import type { DelayDistribution } from '../scenario.ts'

export function delayText(delay: DelayDistribution): string {
  switch (delay.kind) {
    case 'constant':
      return durationText(delay.us)
    case 'lognormal':
      return `lognormal, median ${durationText(delay.medianUs)}, sigma ${delay.sigma}`
    case 'normal':
      return `normal, ${durationText(delay.meanUs)} ± ${durationText(delay.deviationUs)}`
  }
}
