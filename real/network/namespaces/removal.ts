/**
 * Takes away what a run has made of the network: by the run itself, and by the next start after a run that was killed, perhaps
 * between two commands. Nothing is touched whose name is not one that a run gives.
 */
import { existsSync } from 'node:fs'
import { signalQuietly } from '../../drivers/local/process-table.ts'
import { commandNow } from './commands.ts'

/** With the id of a cluster in it: nobody else's namespace or device is called so. */
const NAMESPACE = /^ql-[0-9a-f]{8}-[a-z0-9-]+$/
const DEVICE = /^ql[0-9a-f]{8}[a-z0-9]*$/

export function namespaceName(id: string, name: string): string {
  return `ql-${id}-${name}`
}

/** The kernel's limit is 15 characters. */
export function deviceName(id: string, which = ''): string {
  return `ql${id}${which}`
}

/** Where `ip` keeps namespaces that have a name. */
function namespacePath(name: string): string {
  return `/run/netns/${name}`
}

/** The words that start a program there. */
export function entering(name: string): readonly string[] {
  return ['nsenter', `--net=${namespacePath(name)}`, '--']
}

/** With every process in it: only a run's own are ever started there. */
export function removeNamespace(name: string): void {
  if (!NAMESPACE.test(name)) throw new Error(`assertion: ${name} is no namespace of a run`)
  if (!existsSync(namespacePath(name))) return
  onlyAsRoot(name)
  for (const pid of commandNow(['ip', 'netns', 'pids', name]).split('\n').filter(Boolean))
    signalQuietly(Number(pid), 'SIGKILL')
  commandNow(['ip', 'netns', 'delete', name])
}

/** Its other end, in a namespace, goes with it, at once: the end of a namespace takes the kernel a while. */
export function removeDevice(name: string): void {
  if (!DEVICE.test(name)) throw new Error(`assertion: ${name} is no device of a run`)
  const isThere = () => existsSync(`/sys/class/net/${name}`)
  if (!isThere()) return
  onlyAsRoot(name)
  try {
    commandNow(['ip', 'link', 'delete', name])
  } catch (error) {
    // The namespace at its other end may be ending at this moment, and takes it along.
    if (isThere()) throw error
  }
}

/** A refusal like any other of the operating system: the sweep says whose it is and goes on. */
function onlyAsRoot(name: string): void {
  if (process.getuid?.() === 0) return
  throw Object.assign(new Error(`${name} can be removed by root only`), { code: 'EPERM', syscall: 'ip' })
}
