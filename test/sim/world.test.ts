import { FiberProcess } from '../../algorithms/fiber.ts'
import { RandomStreams } from '../../scenarios/chance/random.ts'
import { loadScenario } from '../../scenarios/file/load.ts'
import { Kernel } from '../../sim/kernel/kernel.ts'
import { Administrator } from '../../sim/mysql/administrator.ts'
import { DEFAULT_COSTS } from '../../sim/mysql/costs.ts'
import { MysqlCluster } from '../../sim/mysql/server.ts'
import { Network } from '../../sim/network/network.ts'
import { SimWorld } from '../../sim/world.ts'
import { fiberConformance } from '../algorithms/fiber-conformance.ts'

const { network: LINKS } = loadScenario('healthy')

fiberConformance({
  name: 'simulated world',
  async run(procedure) {
    const kernel = new Kernel(new RandomStreams(1))
    const network = new Network(kernel, LINKS)
    const mysql = new MysqlCluster(kernel, network, DEFAULT_COSTS, [], () => {})
    const administrator = new Administrator(mysql, { semiSync: null, heartbeatUs: DEFAULT_COSTS.heartbeatUs })
    const world = new SimWorld(network, administrator, () => {})
    network.add('test').start()
    network.add('dead')
    network.add('target').start().handler = (call) => {
      if (call.request.kind === 'silent') return
      const { value, delayUs } = call.request as unknown as { value: number; delayUs: number }
      kernel.queue.after(delayUs, () => call.answer({ value }), null)
    }
    const ended: { error: Error | null; result: { value: unknown } | null } = { error: null, result: null }
    const process = new FiberProcess('test', world, (error) => {
      ended.error = error
    })
    const fiber = procedure({ name: 'target', kind: 'probe-target' }, { name: 'dead', kind: 'probe-target' })
    process.spawn(
      'main',
      (function* () {
        ended.result = { value: yield* fiber }
      })(),
    )
    while (ended.error === null && ended.result === null && kernel.queue.runNext());
    if (ended.error !== null) throw ended.error
    if (ended.result === null) throw new Error('the fiber waits for something that never comes')
    return ended.result.value as never
  },
})
