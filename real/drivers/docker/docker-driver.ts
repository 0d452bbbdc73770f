/**
 * The docker driver: every server, coordinator and timestamp server is a container on a network of the run's own. This is
 * its door: what has to be found before anything is made, and where a run's folders are.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { MachineNeeds } from '../../faults/machine/needs.ts'
import { chooseStorage, type DataDirectoryChoice, dataDirectoryOf } from '../local/data-directory.ts'
import { cacheRoot, claimOwnership, stateRoot } from '../local/ownership.ts'
import { sweep, sweptText } from '../local/sweep.ts'
import { makeFolder } from '../make-folder.ts'
import { DockerCluster } from './docker-cluster.ts'
import { findEngine } from './engine.ts'
import { sweepRuns } from './owner.ts'
import { buildServicesImage, type Folders, imageEnvironment } from './project.ts'

export interface DockerOptions {
  readonly nodes: number
  /** Coordinators and timestamp servers, by name. */
  readonly services: readonly string[]
  readonly dataDirectory?: DataDirectoryChoice | undefined
  /** Journals and results. */
  readonly outDirectory: string
  /** Where discarded transactions are saved. */
  readonly extrasDirectory: string
  /** What has to be prepared for a scenario's faults. */
  readonly needs?: MachineNeeds | undefined
  /** A file for each container. */
  readonly logDirectory: string
  /** One line for each thing that takes a while. */
  readonly onProgress?: ((line: string) => void) | undefined
}

/** Finds engine, Compose and images, and cleans up after runs that were killed. Makes no container yet. */
export async function createDockerDriver(options: DockerOptions): Promise<DockerCluster> {
  const engine = await findEngine()
  for (const { run, containers } of await sweepRuns(engine))
    options.onProgress?.(`${run}, whose quorumlab was killed: ${containers} containers removed`)
  const root = stateRoot()
  for (const swept of await sweep(root))
    options.onProgress?.(`cluster ${swept.id}, whose quorumlab was killed: ${sweptText(swept)}`)
  const ownership = claimOwnership(root)
  try {
    const storage = await chooseStorage(options.dataDirectory ?? 'auto', options.nodes, ownership)
    const directory = dataDirectoryOf(storage, ownership)
    const folders: Folders = {
      own: ownership.directory,
      data: directory,
      template: join(cacheRoot(), 'container-templates'),
      out: resolve(options.outDirectory),
    }
    for (const folder of [folders.template, folders.out]) makeFolder(folder)
    for (const name of ['control', 'secrets', 'channels']) mkdirSync(join(folders.own, name), { mode: 0o700 })
    const environment = await imageEnvironment(engine)
    await buildServicesImage(folders, environment)
    return new DockerCluster(options, engine, ownership, { ...storage, directory }, folders, environment)
  } catch (error) {
    ownership.remove()
    throw error
  }
}
