/**
 * Private addresses that nobody on this machine uses: a run's namespaces are reached through a device of the machine, and a
 * route to them must not take anything away from the machine's own networks, from a container engine's, or another run's.
 */
import { command } from './commands.ts'

/** The first three numbers of a range of 256 addresses, e.g. `10.123.45`. */
export type Prefix = string

const ATTEMPTS = 200

/** `taken`: ranges that somebody uses, as `10.0.0.0/8` or `10.1.2.3`. Null: none was found. */
export function freePrefix(taken: readonly string[], random: () => number = Math.random): Prefix | null {
  const below = (limit: number) => Math.floor(random() * limit)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // By turns from each of the three private blocks: a machine may have the whole of one. Containers are given 10.200 and above.
    const prefix = [
      `10.${100 + below(100)}.${below(256)}`,
      `172.${20 + below(12)}.${below(256)}`,
      `192.168.${100 + below(156)}`,
    ][attempt % 3]!
    if (!taken.some((range) => overlaps(range, prefix))) return prefix
  }
  return null
}

/** The route of last resort (`default`) covers everything and takes nothing. */
export function overlaps(range: string, prefix: Prefix): boolean {
  const [address, length = '32'] = range.split('/')
  const bits = Math.min(Number(length), 24)
  if (address === 'default' || bits === 0) return false
  const shift = 2 ** (32 - bits)
  return Math.floor(numberOf(address!) / shift) === Math.floor(numberOf(`${prefix}.0`) / shift)
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

interface Route {
  readonly dst: string
  readonly dev?: string
}

/** Every range that this machine has a route to or an address in, those of `device` aside. */
export async function takenRanges(device: string): Promise<readonly string[]> {
  const routes = JSON.parse(await command(['ip', '-j', '-4', 'route', 'show', 'table', 'all'])) as readonly Route[]
  return routes.filter(({ dev }) => dev !== device).map(({ dst }) => dst)
}
