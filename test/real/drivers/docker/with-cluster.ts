/** Servers in containers for a test, and nothing of them afterwards. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DockerCluster } from '../../../../real/drivers/docker/docker-cluster.ts'
import { createDockerDriver } from '../../../../real/drivers/docker/docker-driver.ts'
import { findEngine } from '../../../../real/drivers/docker/engine.ts'

/** Containers and networks that carry the run's label. */
async function leftOf(run: string): Promise<readonly unknown[]> {
  const engine = await findEngine()
  const filter = encodeURIComponent(JSON.stringify({ label: [`quorumlab.run=${run}`] }))
  const containers = await engine.get<readonly unknown[]>(`/containers/json?all=1&filters=${filter}`)
  return [...containers, ...(await engine.get<readonly unknown[]>(`/networks?filters=${filter}`))]
}

export async function withContainers(
  nodes: number,
  use: (cluster: DockerCluster, directory: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'quorumlab-docker-'))
  const cluster = await createDockerDriver({
    nodes,
    services: [],
    outDirectory: directory,
    extrasDirectory: join(directory, 'extras'),
    logDirectory: join(directory, 'logs'),
  })
  try {
    await cluster.start()
    await use(cluster, directory)
  } finally {
    await cluster.stop()
    assert.deepEqual(await leftOf(cluster.run), [])
    rmSync(directory, { recursive: true })
  }
}
