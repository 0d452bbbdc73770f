/**
 * Who answers for the containers of a run: they carry the process that made them as a label. What is left of an owner
 * that was killed is removed by the next run on containers, and by `down`.
 */
import { hostname } from 'node:os'
import { isSameProcess, lookAt } from '../local/process-table.ts'
import { type Engine, EngineRefusal, findEngine } from './engine.ts'
import { OWNER_LABEL, RUN_LABEL } from './project.ts'

/** Host, pid and start time as JSON: with its start time a pid names one process for ever. */
export function ownLabel(): string {
  return JSON.stringify([hostname(), process.pid, lookAt(process.pid)!.startedAt])
}

interface Listed {
  readonly Id: string
  readonly Labels: Readonly<Record<string, string>>
}

interface SweptRun {
  readonly run: string
  readonly containers: number
}

/** Removes the containers, networks and volumes of runs and systems whose owner is gone. */
export async function sweepRuns(engine: Engine): Promise<readonly SweptRun[]> {
  const runs = new Map<string, number>()
  for (const { Id, Labels } of await labelled(engine, '/containers/json?all=1&'))
    if (isLeft(Labels)) {
      await removeContainer(engine, Id)
      runs.set(Labels[RUN_LABEL]!, (runs.get(Labels[RUN_LABEL]!) ?? 0) + 1)
    }
  for (const { Id, Labels } of await labelled(engine, '/networks?'))
    if (isLeft(Labels)) {
      await engine.delete(`/networks/${Id}`).catch(goneAlready)
      runs.set(Labels[RUN_LABEL]!, runs.get(Labels[RUN_LABEL]!) ?? 0)
    }
  for (const { Name, Labels } of await labelledVolumes(engine))
    if (isLeft(Labels)) await engine.delete(`/volumes/${Name}`).catch(goneAlready)
  return [...runs].map(([run, containers]) => ({ run, containers }))
}

/** Does nothing where there is no container engine: then no container of ours can be left over. */
export async function sweepRunsIfAny(): Promise<readonly SweptRun[]> {
  const engine = await findEngine().catch(() => null)
  return engine === null ? [] : await sweepRuns(engine)
}

/** Everything that carries this label, whoever owns it. */
export async function removeRun(engine: Engine, run: string): Promise<void> {
  const own = ({ Labels }: Listed) => Labels[RUN_LABEL] === run
  const containers = (await labelled(engine, '/containers/json?all=1&')).filter(own)
  await Promise.all(containers.map(({ Id }) => removeContainer(engine, Id)))
  for (const { Id } of (await labelled(engine, '/networks?')).filter(own))
    await engine.delete(`/networks/${Id}`).catch(goneAlready)
  for (const { Name, Labels } of await labelledVolumes(engine))
    if (Labels[RUN_LABEL] === run) await engine.delete(`/volumes/${Name}`).catch(goneAlready)
}

function labelled(engine: Engine, path: string): Promise<readonly Listed[]> {
  return engine.get(`${path}filters=${encodeURIComponent(JSON.stringify({ label: [RUN_LABEL] }))}`)
}

async function labelledVolumes(
  engine: Engine,
): Promise<readonly { readonly Name: string; readonly Labels: Listed['Labels'] }[]> {
  const filter = encodeURIComponent(JSON.stringify({ label: [RUN_LABEL] }))
  const found = await engine.get<{ readonly Volumes: readonly never[] | null }>(`/volumes?filters=${filter}`)
  return found.Volumes ?? []
}

function isLeft(labels: Listed['Labels']): boolean {
  const [host, pid, startedAt] = JSON.parse(labels[OWNER_LABEL] ?? '[]') as [string, number, string]
  return host === hostname() && !isSameProcess(pid, startedAt)
}

/** Together with its anonymous volumes (`v=1`). */
async function removeContainer(engine: Engine, id: string): Promise<void> {
  await engine.delete(`/containers/${id}?force=1&v=1`).catch(goneAlready)
}

function goneAlready(error: unknown): void {
  // 409: somebody else is removing it at this moment.
  if (!(error instanceof EngineRefusal) || (error.status !== 404 && error.status !== 409)) throw error
}
