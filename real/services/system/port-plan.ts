/** Which ports a system listens on: the seed's, unless somebody wants others. */
import { UsageError } from '../../../scenarios/file/errors.ts'
import { suggestion } from '../../../scenarios/file/nearest.ts'
import type { PortWish } from '../../drivers/local/ports.ts'
import { USUAL_PORTS } from '../config.ts'

/** In the order in which `--base-port` counts them. */
const USUAL: Readonly<Record<string, number>> = { node1: 3306, node2: 3307, node3: 3308, node4: 3309, ...USUAL_PORTS }
const NAMES = Object.keys(USUAL)

export interface PortOptions {
  /** Everything in one row from here on. */
  readonly basePort?: number | undefined
  /** Any that are free. */
  readonly auto?: boolean
  /** `NAME=PORT`, each. */
  readonly named?: readonly string[]
}

/** `inUse`: by port, who of ours has it. */
export function planPorts(
  { basePort, auto = false, named = [] }: PortOptions,
  inUse: ReadonlyMap<number, string> = new Map(),
): (name: string) => PortWish {
  const own = new Map(named.map(parse))
  return (name) => {
    const inRow = basePort === undefined ? USUAL[name]! : basePort + NAMES.indexOf(name)
    const port = own.get(name) ?? (auto ? null : inRow)
    const others = `--port ${name}=PORT names another, --base-port N puts everything at N and above, --ports auto takes free ones.`
    const holder = port === null ? undefined : inUse.get(port)
    return { port, advice: holder === undefined ? others : `The ${holder} has it: \`down\` ends it. Or ${others}` }
  }
}

function parse(text: string): readonly [string, number] {
  const [, name = '', digits = ''] = /^([a-z0-9-]+)=(\d{1,5})$/.exec(text) ?? []
  // As the services call a server, too.
  const known = name.replace(/^instance-/, 'node')
  const port = Number(digits)
  if (NAMES.includes(known) && port >= 1 && port <= 65_535) return [known, port]
  const hint = name === '' || NAMES.includes(known) ? '' : suggestion(name, NAMES)
  throw new UsageError(
    `--port: expected NAME=PORT with a name of ${NAMES.join(', ')}, found ${JSON.stringify(text)}${hint}`,
  )
}
