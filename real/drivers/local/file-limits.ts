/** How many files the system lets a process open: what has to be known before there are too few. */
import { readFileSync } from 'node:fs'
import { EnvironmentError } from '../environment-error.ts'

/** Fewer do not load the program itself. */
export const LEAST_FILES = 256

/** mysqld takes 922 for the connections and tables it is configured for, and gives up connections without a word otherwise. */
const FILES_OF_A_SERVER = 1_024
/** A coordinator has its connections to each server. */
const FILES_FOR_EACH_SERVER = 140

export function filesForServers(servers: number): number {
  return Math.max(FILES_OF_A_SERVER, LEAST_FILES + servers * FILES_FOR_EACH_SERVER)
}

/** Throws where a process may open fewer than `least`; where the system does not say, it is tried. */
export function refuseFewFiles(least: number, limit: number = openFilesLimit()): void {
  if (limit >= least) return
  throw new EnvironmentError(`A process may open ${limit} files here, and ${least} are needed.`, {
    advice: `Raise the limit (\`ulimit -n ${least}\`, or for everybody in /etc/security/limits.conf) and try again.`,
  })
}

/** The hard limit: Node raises the other one to it. */
function openFilesLimit(): number {
  try {
    const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
