/** One statement over a connection of its own, with how long it took: the server's answer is the witness. */
import { connected } from '../../mysql/admin-session.ts'
import { type Endpoint, NO_SETUP } from '../../mysql/connection.ts'

/** Milliseconds from the sending to the answer; null: no answer within the deadline, or no connection. */
export async function timedStatement(endpoint: Endpoint, sql: string, deadlineMs: number): Promise<number | null> {
  const connection = await connected(endpoint, NO_SETUP).catch(() => null)
  if (connection === null) return null
  const beganMs = performance.now()
  const isAnswered = await new Promise<boolean>((resolve) => {
    connection.run(sql, deadlineMs, (failure) => resolve(failure === null))
  })
  connection.destroy()
  return isAnswered ? performance.now() - beganMs : null
}

export function tookText(ms: number | null, deadlineMs: number): string {
  return ms === null ? `has no answer after ${deadlineMs} ms` : `takes ${ms.toFixed(1)} ms`
}
