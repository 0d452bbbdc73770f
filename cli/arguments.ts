/** What the options of the command line may say: values arrive as text and leave as what they mean, or as a message. */
import { UsageError } from '../scenarios/file/errors.ts'
import { suggestion } from '../scenarios/file/nearest.ts'
import {
  NETWORK_WISHES,
  type NetworkWish,
  type RunWorld,
  SERVER_WORLDS,
  type ServerWorld,
} from '../scenarios/worlds.ts'

export function integer(option: string, value: string | undefined, min: number, max: number): number | undefined {
  const text = once(option, value)
  const number = text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (text === undefined || (number >= min && number <= max)) return text === undefined ? undefined : number
  throw new UsageError(`--${option}: expected a whole number from ${min} to ${max}, found ${JSON.stringify(text)}`)
}

/** yargs makes a list of an option that is given twice. */
export function once(option: string, value: string | undefined): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  const found = Array.isArray(value) ? 'it more than once' : 'nothing'
  throw new UsageError(`--${option}: expected one value, found ${found}`)
}

export const WORLDS: readonly RunWorld[] = ['sim', ...SERVER_WORLDS]

/** Where an earlier result is from may be no world to run in. */
export function serverWorld(name: string | undefined): ServerWorld | undefined {
  return SERVER_WORLDS.find((one) => one === name)
}

export function world(value: string): RunWorld {
  const known = WORLDS.find((one) => one === value)
  if (known !== undefined) return known
  const planned = value === 'attach' ? ' (planned and not there yet)' : ''
  const found = `${JSON.stringify(value)}${planned}${suggestion(String(value), WORLDS)}`
  throw new UsageError(`--on: expected ${WORLDS.join(', ')}, found ${found}`)
}

export function networkWish(value: string | undefined): NetworkWish | undefined {
  const known = NETWORK_WISHES.find((one) => one === value)
  if (known !== undefined || value === undefined) return known
  const found = `${JSON.stringify(value)}${suggestion(value, NETWORK_WISHES)}`
  throw new UsageError(`--network: expected ${NETWORK_WISHES.join(', ')}, found ${found}`)
}

/** Where a whole system can run. */
export type SystemWorld = 'local' | 'docker'

export function system(value: string): SystemWorld {
  if (value === 'local' || value === 'docker') return value
  throw new UsageError(`--on: expected local or docker, found ${JSON.stringify(value)}`)
}

export function auto(ports: string | undefined): boolean {
  if (ports === undefined || ports === 'auto') return ports === 'auto'
  throw new UsageError(
    `--ports: expected auto, found ${JSON.stringify(ports)}; --port NAME=PORT and --base-port name some`,
  )
}

export function shard(text: string): { readonly part: number; readonly of: number } {
  const [, part, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const found = { part: Number(part), of: Number(of) }
  if (found.part >= 1 && found.part <= found.of) return found
  throw new UsageError(`--shard: expected i/k with i from 1 to k, such as 1/2, found ${JSON.stringify(text)}`)
}

/** Values arrive as text and are read by our own functions: yargs would make NaN of a wrong number. */
export function value(describe: string) {
  return { type: 'string', requiresArg: true, describe } as const
}

export function flag(describe: string, alias: string[] = []) {
  return { type: 'boolean', default: false, describe, alias } as const
}

export function argument(describe: string) {
  return { type: 'string', demandOption: true, describe } as const
}

export const FILE = 'a YAML file, or a name from `list`'
