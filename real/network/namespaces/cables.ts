/** Lines for `ip -batch`: cables between namespaces, and what is at their ends. */
import { command } from './commands.ts'

/** A room's end of its cable. */
export const ROOM_DEVICE = 'eth0'
/** Of the addresses of one network: 256. */
export const PREFIX_LENGTH = 24

export function cable(near: string, far: string, namespace: string): string {
  return `link add name ${near} type veth peer name ${far} netns ${namespace}`
}

/** Loopback, too: a program may talk to itself. */
export function furnishing(addresses: readonly string[]): readonly string[] {
  return [
    'link set lo up',
    ...addresses.map((address) => `address add ${address}/${PREFIX_LENGTH} dev ${ROOM_DEVICE}`),
    `link set ${ROOM_DEVICE} up`,
  ]
}

/** In the namespace of this name; null: in the machine's own. */
export function batch(namespace: string | null, lines: readonly string[]): Promise<string> {
  const where = namespace === null ? [] : ['-n', namespace]
  return command(['ip', ...where, '-batch', '-'], `${lines.join('\n')}\n`)
}
