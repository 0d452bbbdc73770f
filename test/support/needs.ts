/**
 * What some tests need from the machine. Looked for once, when the first test asks.
 */
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'

export type Need = 'mysql' | 'docker' | 'chromium' | 'mount' | 'namespaces' | 'sysbench' | 'faketime'

export const NEEDS: readonly Need[] = ['mysql', 'docker', 'chromium', 'mount', 'namespaces', 'sysbench', 'faketime']

const found = new Map<Need, string | null>()

/** The command that answers to this need, or null where the machine has none. */
export function commandFor(need: Need): string | null {
  let command = found.get(need)
  if (command === undefined) {
    command = candidates(need).find((candidate) => answers(candidate, need)) ?? null
    found.set(need, command)
  }
  return command
}

/** One sentence: how to get it. */
export function adviceFor(need: Need): string {
  switch (need) {
    case 'mysql':
      return 'a mysqld on PATH or named by QUORUMLAB_MYSQLD'
    case 'docker':
      return 'a running Docker daemon'
    case 'chromium':
      return 'a chromium or google-chrome on PATH or named by QUORUMLAB_CHROMIUM'
    case 'mount':
      return 'unshare and a kernel that lets it mount a tmpfs in a namespace of its own'
    case 'namespaces':
      return 'root on Linux with ip, iptables and tc, and a kernel that lets it make network namespaces'
    case 'sysbench':
      return 'a sysbench with its MySQL driver on PATH'
    case 'faketime':
      return 'libfaketime where Debian puts it'
  }
}

function candidates(need: Need): string[] {
  switch (need) {
    case 'mysql':
      return [process.env.QUORUMLAB_MYSQLD ?? 'mysqld']
    case 'docker':
      return ['docker']
    case 'chromium':
      return process.env.QUORUMLAB_CHROMIUM === undefined
        ? ['chromium', 'google-chrome']
        : [process.env.QUORUMLAB_CHROMIUM]
    case 'mount':
    case 'namespaces':
      return ['unshare']
    case 'sysbench':
      return ['sysbench']
    case 'faketime':
      return ['sh']
  }
}

/** Docker's client answers without its daemon: ask for the server's version there. A mount ends with its namespace. */
function answers(command: string, need: Need): boolean {
  const words = {
    docker: ['version', '--format', '{{.Server.Version}}'],
    mount: ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()],
    namespaces: ['--net', 'sh', '-ec', 'ip link add name a type bridge; iptables -A INPUT -j DROP; tc -V'],
    mysql: ['--version'],
    chromium: ['--version'],
    sysbench: ['--version'],
    faketime: ['-c', 'ls /usr/lib/*/faketime/libfaketimeMT.so.1'],
  }
  return spawnSync(command, words[need], { stdio: 'ignore', timeout: 10_000 }).status === 0
}
