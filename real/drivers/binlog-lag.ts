/** Replication lag per transaction, out of a replica's binlogs: committed on its source, applied here so much later. */
import type { LagSeries } from '../../scenarios/record.ts'
import { readBinlog } from './binlog.ts'
import type { Driver } from './driver.ts'

/** Per replica, of all its identities. `toWorkloadUs` as below; void when a server's clock was skewed. */
export async function lagOf(
  driver: Pick<Driver, 'nodes' | 'identities'>,
  toWorkloadUs: (wallUs: number) => number,
): Promise<readonly LagSeries[]> {
  const series: LagSeries[] = []
  for (const { name } of driver.nodes)
    series.push(
      await lagSeries(
        name,
        (await driver.identities(name)).flatMap(({ binlogs }) => binlogs),
        toWorkloadUs,
      ),
    )
  return series
}

/**
 * `toWorkloadUs` maps wall-clock microseconds to microseconds since the workload began; what was committed before that
 * (setting the cluster up) is left out. Transactions that the node wrote itself have no lag.
 */
export async function lagSeries(
  node: string,
  binlogs: readonly string[],
  toWorkloadUs: (wallUs: number) => number,
): Promise<LagSeries> {
  const commitUs: number[] = []
  const lagUs: number[] = []
  for (const path of binlogs)
    await readBinlog(path, ({ originalUs, immediateUs }) => {
      if (originalUs === null) return
      const atUs = toWorkloadUs(originalUs)
      if (atUs < 0) return
      commitUs.push(atUs)
      lagUs.push(immediateUs - originalUs)
    })
  return { node, commitUs, lagUs }
}
