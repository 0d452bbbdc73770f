/** `down`: ends systems that are up, in order, and removes what killed programs have left. Runs that go on are left alone. */
import { EXIT } from '../exit.ts'
import { print } from '../output.ts'

export async function down(): Promise<number> {
  const { sweep, sweptText } = await import('../../real/drivers/local/sweep.ts')
  const { sweepRunsIfAny } = await import('../../real/drivers/docker/owner.ts')
  const { endSystem, livingSystems } = await import('../../real/services/system/known-systems.ts')
  const systems = livingSystems()
  const ended = await Promise.all(systems.map(endSystem))
  for (const [i, { owner }] of systems.entries())
    await print(`system ${owner.id}: ${ended[i] ? 'ended in order' : 'did not end when asked, and was killed'}\n`)
  // What holds folders first.
  const runs = await sweepRunsIfAny()
  for (const { run, containers } of runs) await print(`${run}: ${containers} containers and their network removed\n`)
  const swept = await sweep()
  for (const one of swept) await print(`cluster ${one.id}: ${sweptText(one)}\n`)
  if (systems.length + runs.length + swept.length === 0) await print('nothing was left behind\n')
  return swept.some(({ refusal }) => refusal !== null) ? EXIT.environment : EXIT.holds
}
