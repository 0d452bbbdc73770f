/** A system in the background, in a state directory of its own, and what is left of it afterwards. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessState } from '../../../real/services/operator.ts'
import type { SystemRecord } from '../../../real/services/system/system-file.ts'
import { until } from '../../real/drivers/local/scratch.ts'
import { Mark } from '../../real/leftovers.ts'
import { type Ended, inFolder, shell } from '../../support/shell.ts'

export const SYSTEM = { needs: 'mysql', deadlineMs: 240_000 } as const

class Place {
  readonly mark = new Mark()
  readonly state: string
  readonly data: string

  constructor(folder: string) {
    this.state = join(folder, 'state')
    this.data = join(folder, 'data')
  }

  /** The program with its own state directory; `exec` in front of it makes signals reach it. */
  cli(words: string, watch?: Parameters<typeof shell>[1]): Promise<Ended> {
    return shell(
      `mkdir -p ${this.data}; export ${this.mark.assignment} XDG_STATE_HOME=${this.state}; exec cli ${words}`,
      watch,
    )
  }

  get clusters(): readonly string[] {
    try {
      return readdirSync(join(this.state, 'quorumlab/clusters'))
    } catch {
      return []
    }
  }

  /** Of the only system. */
  get record(): SystemRecord {
    const [id] = this.clusters
    return JSON.parse(readFileSync(join(this.state, 'quorumlab/clusters', id!, 'system.json'), 'utf8')) as SystemRecord
  }

  processOf(name: string): ProcessState {
    return this.record.processes.find((process) => process.name === name)!
  }

  async nothingIsLeft(): Promise<void> {
    await until('no process is left', 10_000, () => this.mark.bearers().length === 0)
    assert.deepEqual(this.clusters, [])
    assert.deepEqual(readdirSync(this.data), [])
  }
}

export function inPlace(body: (place: Place) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const place = new Place(folder)
    try {
      await body(place)
    } finally {
      await place.cli('down')
    }
  })
}

/** In the background, on free ports, healthy. */
export async function detached(place: Place, words = ''): Promise<void> {
  const { code, stderr } = await place.cli(`up --on local --detach --ports auto --data-dir ${place.data} ${words}`)
  assert.equal(code, 0, stderr)
}
