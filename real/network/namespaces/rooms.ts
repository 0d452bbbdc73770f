/**
 * A network of namespaces for one run: each process lives in a room of its own, with an address of its own, and all rooms
 * hang on one switch. The switch is a bridge in a namespace, too, so that no rule of the machine's (a container engine sets
 * the policy of FORWARD to DROP) looks at what passes it, and none has to be added. The machine itself has one device on the
 * switch, through which the harness reaches every room. No room has a route to anywhere else.
 */
import { EnvironmentError } from '../../drivers/environment-error.ts'
import type { Ownership } from '../../drivers/local/ownership.ts'
import { command } from './commands.ts'
import { freePrefix, overlaps, type Prefix, takenRanges } from './ranges.ts'
import { deviceName, namespaceName, namespacePath } from './removal.ts'

/** Where something of a run lives, and how a program is brought there. */
export interface Room {
  /** As in the run: `node1`, `coordinator`. */
  readonly name: string
  readonly address: string
  /** The room's end of its cable. */
  readonly device: string
  /** Put before the words of a program, these start it in the room: the same process, so signals and channels stay as they are. */
  readonly enter: readonly string[]
}

/** The `owner.json` that a network is noted in before it is made. */
type Noting = Pick<Ownership, 'note'>

export interface Rooms {
  readonly rooms: ReadonlyMap<string, Room>
  /** The machine's own address on the switch. */
  readonly harness: string
}

const SWITCH = 'switch'
const DEVICE = 'eth0'
const PREFIX_LENGTH = 24
const HARNESS = 1
const FIRST_ROOM = 11
const MOST_ROOMS = 240
const RANGE_ATTEMPTS = 10

/** `id`: the cluster's, eight hexadecimal digits. Whoever calls removes what has been noted, also when this rejects. */
export async function makeRooms(id: string, names: readonly string[], noting: Noting): Promise<Rooms> {
  if (names.length > MOST_ROOMS)
    throw new EnvironmentError(`${names.length} processes are more than ${MOST_ROOMS} namespaces of one network`)
  const namespaces = [SWITCH, ...names].map((name) => namespaceName(id, name))
  const device = deviceName(id)
  for (const name of namespaces) noting.note('namespace', name)
  noting.note('device', device)
  await batch([], [...namespaces.map((name) => `netns add ${name}`), ...cable(device, 'uplink', namespaces[0]!)])
  const prefix = await claimPrefix(device)
  await batch(['-n', namespaces[0]!], wiring(names, id))
  const rooms = names.map(
    (name, i): Room => ({
      name,
      address: `${prefix}.${FIRST_ROOM + i}`,
      device: DEVICE,
      enter: ['nsenter', `--net=${namespacePath(namespaceName(id, name))}`, '--'],
    }),
  )
  await Promise.all(rooms.map((room) => furnish(namespaceName(id, room.name), room)))
  return { rooms: new Map(rooms.map((room) => [room.name, room])), harness: `${prefix}.${HARNESS}` }
}

function cable(near: string, far: string, namespace: string): readonly string[] {
  return [`link add name ${near} type veth peer name ${far} netns ${namespace}`]
}

function wiring(names: readonly string[], id: string): readonly string[] {
  return [
    'link add name bridge0 type bridge',
    'link set bridge0 up',
    'link set uplink master bridge0 up',
    ...names.flatMap((name, i) => [
      ...cable(`port${i}`, DEVICE, namespaceName(id, name)),
      `link set port${i} master bridge0 up`,
    ]),
  ]
}

/** Loopback, too: a program may talk to itself. */
function furnish(namespace: string, { address, device }: Room): Promise<string> {
  return batch(
    ['-n', namespace],
    ['link set lo up', `address add ${address}/${PREFIX_LENGTH} dev ${device}`, `link set ${device} up`],
  )
}

/** Another run may choose the same range at the same moment: who sees that after having taken it takes another. */
async function claimPrefix(device: string): Promise<Prefix> {
  for (let attempt = 0; attempt < RANGE_ATTEMPTS; attempt++) {
    const prefix = freePrefix(await takenRanges(device))
    if (prefix === null) break
    await batch([], [`address add ${prefix}.${HARNESS}/${PREFIX_LENGTH} dev ${device}`, `link set ${device} up`])
    if (!(await takenRanges(device)).some((range) => overlaps(range, prefix))) return prefix
    await batch([], [`address flush dev ${device}`])
  }
  throw new EnvironmentError('No private range of addresses is free on this machine', {
    advice: 'Without namespaces of the network: --network proxy.',
  })
}

function batch(words: readonly string[], lines: readonly string[]): Promise<string> {
  return command(['ip', ...words, '-batch', '-'], `${lines.join('\n')}\n`)
}
