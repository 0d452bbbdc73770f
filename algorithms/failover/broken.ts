/** A connection that is refused or breaks is a strong sign that nobody is at its other end; no answer is a weak one. */
import type { Why } from '../reasons/why.ts'

export function isBroken({ code }: Why): boolean {
  return code === 'connection-refused' || code === 'connection-lost'
}
