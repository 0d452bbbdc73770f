/** The faults that a running system can be given, and what is said to come of each before it is. */
interface LiveFault {
  readonly verb: string
  readonly label: string
  readonly on: 'server' | 'service'
  /** It stays on until it is healed. */
  readonly heals: boolean
  readonly consequence: (target: string, isSource: boolean, isAutomatic: boolean) => string
}

function away(target: string, isSource: boolean, isAutomatic: boolean): string {
  if (!isSource)
    return `${target} stops acknowledging: STRONG writes go on while enough other replicas hold them, and it catches up when it is back.`
  return isAutomatic
    ? `${target} is the source: a failover follows at once, and writes wait until the new source serves.`
    : `${target} is the source and failover is manual: writes wait until somebody chooses a new source.`
}

export const LIVE_FAULTS: readonly LiveFault[] = [
  { verb: 'crash', label: 'Kill', on: 'server', heals: true, consequence: away },
  { verb: 'stop', label: 'Stop in good order', on: 'server', heals: true, consequence: away },
  {
    verb: 'pause',
    label: 'Pause',
    on: 'server',
    heals: true,
    consequence: (target, isSource, isAutomatic) =>
      `Connections stay open and nothing answers. ${away(target, isSource, isAutomatic)}`,
  },
  {
    verb: 'kill',
    label: 'Kill a service',
    on: 'service',
    heals: false,
    consequence: (target) =>
      target === 'coordinator'
        ? 'Nothing is answered until the supervision has started it again; nothing acknowledged is lost, and this page reconnects by itself.'
        : `${target} is started again by the supervision; until then the coordinator goes on with what it knows, and says so.`,
  },
]
