/** Of what is running here, for whoever looks at the system. */
import { readFile } from 'node:fs/promises'

export async function versionsOf(): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { readonly version: string }
  return { quorumlab: version, node: process.versions.node }
}
