/**
 * A network of namespaces for one run: each process lives in a room of its own, with an address of its own, and all rooms
 * hang on one switch. The switch is a bridge in a namespace, too, so that no rule of the machine's (a container engine sets
 * the policy of FORWARD to DROP) looks at what passes it, and none has to be added. The machine itself has one device on the
 * switch, through which the harness reaches every room. No room has a route to anywhere else.
 */
import { EnvironmentError } from '../../drivers/environment-error.ts'
import type { Ownership } from '../../drivers/local/ownership.ts'
import { batch, cable, furnishing, PREFIX_LENGTH, ROOM_DEVICE } from './cables.ts'
import { freePrefix, overlaps, type Prefix, takenRanges } from './ranges.ts'
import { deviceName, entering, namespaceName } from './removal.ts'
import type { Room, Rooms } from './room.ts'

const SWITCH = 'switch'
const PROXY = 'proxy'
const HARNESS = 1
const FIRST_ROOM = 11
const FIRST_ALIAS = 131
const MOST_ROOMS = FIRST_ALIAS - FIRST_ROOM
const RANGE_ATTEMPTS = 10

/** The `owner.json` that a network is noted in before it is made. */
type Owner = Pick<Ownership, 'id' | 'note'>

/** Whoever calls removes what has been noted, also when this rejects. */
export async function makeRooms(names: readonly string[], owner: Owner): Promise<Rooms> {
  if (names.length > MOST_ROOMS)
    throw new EnvironmentError(
      `${names.length} processes are more than the ${MOST_ROOMS} that one network has rooms for`,
    )
  const { id } = owner
  const inhabited = [...names, PROXY].map((name) => namespaceName(id, name))
  const middle = namespaceName(id, SWITCH)
  const device = deviceName(id)
  for (const name of [middle, ...inhabited]) owner.note('namespace', name)
  owner.note('device', device)
  await batch(null, [...[middle, ...inhabited].map((name) => `netns add ${name}`), cable(device, 'uplink', middle)])
  const prefix = await claimPrefix(device)
  await batch(middle, wiring(inhabited))
  const rooms = names.map((name, i): Room => {
    const enter = entering(namespaceName(id, name))
    const address = `${prefix}.${FIRST_ROOM + i}`
    return { name, address, device: ROOM_DEVICE, enter, place: { prefix: enter, bind: address } }
  })
  const aliases = new Map(names.map((name, i) => [name, `${prefix}.${FIRST_ALIAS + i}`]))
  const proxy = namespaceName(id, PROXY)
  await Promise.all([
    ...rooms.map(({ name, address }) => batch(namespaceName(id, name), furnishing([address]))),
    batch(proxy, furnishing([...aliases.values()])),
  ])
  // Whatever process of a room ends, the room stays.
  return {
    rooms,
    aliases,
    harness: `${prefix}.${HARNESS}`,
    proxy: { prefix: entering(proxy), bind: '0.0.0.0' },
    onRenewed() {},
  }
}

function wiring(namespaces: readonly string[]): readonly string[] {
  return [
    'link add name bridge0 type bridge',
    'link set bridge0 up',
    'link set uplink master bridge0 up',
    ...namespaces.flatMap((namespace, i) => [
      cable(`port${i}`, ROOM_DEVICE, namespace),
      `link set port${i} master bridge0 up`,
    ]),
  ]
}

/** Another run may choose the same range at the same moment: who sees that after having taken it takes another. */
async function claimPrefix(device: string): Promise<Prefix> {
  for (let attempt = 0; attempt < RANGE_ATTEMPTS; attempt++) {
    const prefix = freePrefix(await takenRanges(device))
    if (prefix === null) break
    await batch(null, [`address add ${prefix}.${HARNESS}/${PREFIX_LENGTH} dev ${device}`, `link set ${device} up`])
    if (!(await takenRanges(device)).some((range) => overlaps(range, prefix))) return prefix
    await batch(null, [`address flush dev ${device}`])
  }
  throw new EnvironmentError('No private range of addresses is free on this machine', {
    advice: 'Without namespaces of the network: --network proxy.',
  })
}
