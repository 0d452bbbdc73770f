/** How long a message takes from one process to another, by a scenario's `network`: the same rule in every world. */
import type { DelayDistribution, Scenario } from './scenario.ts'

/** The most particular rule wins: a name before a zone before `*`, the sender's end before the receiver's. */
export function delayBetween(network: Scenario['network'], from: string, to: string): DelayDistribution {
  const zoneOf = (name: string) => network.zones?.find(({ members }) => members.includes(name))?.name
  const zones = { from: zoneOf(from), to: zoneOf(to) }
  const matches = (rule: string, name: string, zone: string | undefined) =>
    rule === name ? 5 : rule === zone ? 2 : rule === '*' ? 1 : 0
  let best = 0
  let delay = network.defaultDelay
  for (const rule of network.links) {
    const [sender, receiver] = [matches(rule.from, from, zones.from), matches(rule.to, to, zones.to)]
    const weight = sender === 0 || receiver === 0 ? 0 : 3 * sender + 2 * receiver
    if (weight < best || weight === 0) continue
    best = weight
    delay = rule.delay
  }
  return delay
}

/** What a message takes as often more as less. */
export function typicalUs(delay: DelayDistribution): number {
  return delay.kind === 'constant' ? delay.us : delay.kind === 'normal' ? delay.meanUs : delay.medianUs
}
