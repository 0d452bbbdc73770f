/** A delay as people read it. */
import { formatDuration } from './amounts.ts'
import type { DelayDistribution } from './scenario.ts'

export function delayText(delay: DelayDistribution): string {
  switch (delay.kind) {
    case 'constant':
      return formatDuration(delay.us)
    case 'lognormal':
      return `lognormal, median ${formatDuration(delay.medianUs)}, sigma ${delay.sigma}`
    case 'normal':
      return `normal, ${formatDuration(delay.meanUs)} +- ${formatDuration(delay.deviationUs)}`
  }
}
