/**
 * Whether this process can make namespaces, cables between them, rules and rates: it is tried, in namespaces without a name
 * and below a /run of their own, so that nothing is left of it whenever it ends.
 */
import { CommandRefused, commandNow } from './commands.ts'

type Ability = { readonly able: true } | { readonly able: false; readonly reason: string; readonly advice: string }

const IN_B = 'nsenter --net=/run/netns/b --'

const PROGRAMS = ['nsenter', 'setpriv', 'ip', 'iptables', 'iptables-restore', 'tc']

/** What is tried, in this order: the step's name is what a user reads when it fails. */
const STEPS: readonly (readonly [doing: string, ...lines: string[]])[] = [
  ['mounting a file system of its own', 'mount -t tmpfs quorumlab /run'],
  ['making a network namespace', 'ip netns add a', 'ip netns add b'],
  ['making a bridge', 'ip -n b link add name bridge0 type bridge'],
  ['making a cable', 'ip link add name near netns a type veth peer name far netns b'],
  ['giving it addresses', 'ip -n a address add 10.0.0.1/24 dev near', 'ip -n b address add 10.0.0.2/24 dev far'],
  ['starting a program in a namespace', 'nsenter --net=/run/netns/a -- true'],
  ['having a program end with the one that started it', 'setpriv --pdeathsig KILL -- true'],
  ['adding a rule that drops', `${IN_B} iptables -w -A INPUT -s 10.0.0.1 -j DROP`],
  ['adding a rule that refuses', `${IN_B} iptables -w -A INPUT -s 10.0.0.1 -p tcp -j REJECT --reject-with tcp-reset`],
  [
    'limiting a rate',
    `${IN_B} tc qdisc add dev far root handle 1: htb`,
    `${IN_B} tc class add dev far parent 1: classid 1:1 htb rate 1mbit`,
    `${IN_B} tc filter add dev far parent 1: protocol ip u32 match ip dst 10.0.0.1/32 flowid 1:1`,
  ],
]

const INSTALL = 'Namespaces of the network take root on Linux, with the packages iproute2, iptables and util-linux.'

let found: Ability | null = null

/** Tried once in a process. */
export function ability(): Ability {
  found ??= tried()
  return found
}

function tried(): Ability {
  if (process.platform !== 'linux') return unable(`${process.platform} has no network namespaces`)
  if (process.getuid?.() !== 0) return unable('only root can make network namespaces')
  const script = [
    `trap '[ $? -eq 0 ] || echo "$doing" >&2' EXIT`,
    ...PROGRAMS.flatMap((program) => [
      `doing='looking for the program ${program}'`,
      `command -v ${program} >/dev/null`,
    ]),
    ...STEPS.flatMap(([doing, ...lines]) => [`doing='${doing}'`, ...lines]),
  ]
  try {
    commandNow(['unshare', '--net', '--mount', '--propagation', 'private', 'sh', '-ec', script.join('\n')])
    return { able: true }
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      return unable('there is no program `unshare`')
    // The last line is what it was doing, those before it what the program said.
    const lines = error.said.split('\n')
    return unable([`${lines.at(-1)} failed`, ...lines.slice(0, -1)].join(': '))
  }
}

function unable(reason: string): Ability {
  return { able: false, reason, advice: INSTALL }
}
