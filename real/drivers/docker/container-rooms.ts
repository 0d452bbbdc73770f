/**
 * The rooms of a run on containers: a container has its network namespace from the engine, which is entered from outside by
 * the process id; what has no container (the clients, the proxy) gets a namespace with a cable to the engine's bridge. What
 * is done in a container's namespace is gone with it, so a container that is started again is furnished again.
 */
import { batch, cable, furnishing, ROOM_DEVICE } from '../../network/namespaces/cables.ts'
import { deviceName, entering, namespaceName } from '../../network/namespaces/removal.ts'
import type { Room, Rooms } from '../../network/namespaces/room.ts'
import type { Ownership } from '../local/ownership.ts'
import type { Container } from './container.ts'
import type { RunNetworkOfEngine } from './project.ts'

/** The last numbers of addresses; those of containers are below (`run-containers.ts`). */
const GATEWAY = 1
const FIRST_ROOM = 91
const FIRST_ALIAS = 131

interface Inhabitants {
  /** Every process of the run, in order. */
  readonly names: readonly string[]
  /** Undefined: it has none. */
  containerOf(name: string): { readonly container: Container; readonly address: string } | undefined
}

export async function makeContainerRooms(
  { names, containerOf }: Inhabitants,
  network: RunNetworkOfEngine,
  owner: Pick<Ownership, 'id' | 'note'>,
): Promise<Rooms> {
  const aliases = new Map(names.map((name, i) => [name, network.address(FIRST_ALIAS + i)]))
  const homeless = names.filter((name) => containerOf(name) === undefined)
  const make = async (name: string, letter: string, addresses: readonly string[]) => {
    const [namespace, device] = [namespaceName(owner.id, name), deviceName(owner.id, letter)]
    owner.note('namespace', namespace)
    owner.note('device', device)
    await batch(null, [
      `netns add ${namespace}`,
      cable(device, ROOM_DEVICE, namespace),
      `link set ${device} master ${network.bridge} up`,
    ])
    await batch(namespace, furnishing(addresses))
    return entering(namespace)
  }
  const made = new Map<string, Room>()
  for (const [i, name] of homeless.entries()) {
    const address = network.address(FIRST_ROOM + i)
    const enter = await make(name, String(i), [address])
    made.set(name, { name, address, device: ROOM_DEVICE, enter, place: { prefix: enter, bind: address } })
  }
  const proxy = { prefix: await make('proxy', 'p', [...aliases.values()]), bind: '0.0.0.0' }
  return {
    rooms: names.map((name) => made.get(name) ?? roomOf(name, containerOf(name)!)),
    aliases,
    harness: network.address(GATEWAY),
    proxy,
    onRenewed(listener) {
      for (const name of names) {
        const one = containerOf(name)
        if (one !== undefined) one.container.onStart = () => listener(name)
      }
    },
  }
}

function roomOf(
  name: string,
  { container, address }: { readonly container: Container; readonly address: string },
): Room {
  return {
    name,
    address,
    device: ROOM_DEVICE,
    get enter() {
      return container.pid === null ? null : ['nsenter', '--target', String(container.pid), '--net', '--']
    },
    // The engine starts what lives there.
    place: { prefix: [], bind: '0.0.0.0' },
  }
}
