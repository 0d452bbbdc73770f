/** The services as the strip shows them: ten of the system's picture, and a further timestamp server beside its fellows. */
import type { ServiceState } from '../../services/wire.ts'

interface ServiceGroup {
  readonly title: string
  readonly services: readonly ServiceState[]
}

const GROUPS: readonly { readonly title: string; readonly kinds: readonly ServiceState['kind'][] }[] = [
  { title: 'MySQL', kinds: ['mysql'] },
  { title: 'Timestamps', kinds: ['timestamp'] },
  { title: 'Coordinator', kinds: ['coordinator'] },
  { title: 'Metrics and policies', kinds: ['metrics', 'cabinet', 'seer'] },
]

export function serviceGroups(services: readonly ServiceState[]): ServiceGroup[] {
  return GROUPS.map(({ title, kinds }) => ({
    title,
    services: kinds.flatMap((kind) => services.filter((service) => service.kind === kind)),
  })).filter((group) => group.services.length > 0)
}

/** `10 of 10 healthy`: the third timestamp server is one row with the two and no eleventh service. */
export function healthyText(services: readonly ServiceState[]): string {
  const counted = services.filter(({ id }) => id !== 'timestamp-3')
  const healthy = counted.filter(({ state }) => state === 'healthy').length
  return `${healthy} of ${counted.length} healthy`
}

export function troubled(services: readonly ServiceState[]): readonly ServiceState[] {
  return services.filter(({ state }) => state !== 'healthy')
}
