/**
 * A timestamp server's log has a line for every few thousand numbers, and only the highest limit in it means anything.
 * A run's is gone with the run; a service lives for years, so what is long is written anew when the service starts.
 * Only by whoever has the service's port: nobody else may touch the log of a server that runs.
 */
import { open, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const LONG_BYTES = 256 * 1024

/** Nothing where the log is short, or where there is none yet. Durable before the old log is gone. */
export async function shortenLimits(path: string): Promise<void> {
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  )
  if (bytes <= LONG_BYTES) return
  // The last line may be half a one: what it says was never given out.
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1)
  let highest = 0
  for (const line of lines) highest = Math.max(highest, (JSON.parse(line) as { readonly limit: number }).limit)
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.write(`${JSON.stringify({ limit: highest })}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  const directory = await open(dirname(path))
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
