/** Moments and ages, as the page says them: of a live system by the wall clock, of a recorded run by its own. */
import { fixed } from '../../../scenarios/shown/numbers.ts'

export type Clock = 'wall' | 'run'

/** `14:02:07.310` or `10.018 s`. */
export function momentText(atMs: number, clock: Clock): string {
  if (clock === 'run') return `${fixed(atMs / 1000, 3)}\u00a0s`
  const at = new Date(atMs)
  const two = (value: number) => String(value).padStart(2, '0')
  const three = String(at.getMilliseconds()).padStart(3, '0')
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${three}`
}

/** `just now`, `12 s ago`, `4 min ago`, `3 h ago`. */
export function agoText(ageMs: number): string {
  const text = ageText(ageMs)
  return text === null ? 'just now' : `${text} ago`
}

/** `12 s`; null: under a second. */
export function ageText(ageMs: number): string | null {
  const seconds = Math.floor(ageMs / 1000)
  if (seconds < 1) return null
  if (seconds < 120) return `${seconds}\u00a0s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return `${minutes}\u00a0min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours}\u00a0h` : `${Math.floor(hours / 24)}\u00a0days`
}
