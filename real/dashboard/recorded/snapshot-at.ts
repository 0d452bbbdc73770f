/** A moment of a recorded run in the form in which a live system tells its own: the page shows both with the same parts. */
import type { ServiceState, SystemSnapshot } from '../../services/wire.ts'
import { failoversAt } from './failovers-at.ts'
import { faultRecordsAt, type Trouble, troublesAt } from './faults-at.ts'
import type { RecordedRun } from './recorded-run.ts'
import { samplesAt } from './samples-at.ts'
import { topologyAt } from './topology-at.ts'

export function snapshotAt(run: RecordedRun, atMs: number): SystemSnapshot {
  return {
    atMs,
    versions: run.versions,
    services: servicesAt(run, atMs),
    topology: topologyAt(run, atMs),
    samples: samplesAt(run, atMs),
    failovers: failoversAt(run, atMs),
    faults: faultRecordsAt(run.faults, atMs),
    stress: [],
    runs: [],
    refusals: run.events.flatMap((event) =>
      event.kind === 'refused' && event.atUs / 1000 <= atMs
        ? [{ atMs: event.atUs / 1000, reason: event.reason, why: event.why }]
        : [],
    ),
    lastEventId: 0,
  }
}

/** Those that a run has: its servers, its coordinators, its timestamp servers. */
function servicesAt(run: RecordedRun, atMs: number): ServiceState[] {
  const troubles = troublesAt(run.faults, atMs)
  const of = (kind: ServiceState['kind'], names: readonly string[]) =>
    names.map((id) => serviceOf(id, kind, troubles.get(id), run.startMs))
  return [...of('mysql', run.nodes), ...of('timestamp', run.timestampServers), ...of('coordinator', run.coordinators)]
}

function serviceOf(
  id: string,
  kind: ServiceState['kind'],
  trouble: Trouble | undefined,
  startMs: number,
): ServiceState {
  const state = trouble?.state ?? 'healthy'
  return { id, kind, address: id, state, detail: trouble?.label ?? '', sinceMs: trouble?.sinceMs ?? startMs }
}
