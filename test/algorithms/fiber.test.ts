import { type Handler, StepWorld } from '../support/step-world.ts'
import { fiberConformance } from './fiber-conformance.ts'

const target: Handler = (request) => {
  if (request.kind === 'silent') return null
  const { value, delayUs } = request as unknown as { value: number; delayUs: number }
  return { outcome: { kind: 'ok', reply: { value } }, afterUs: delayUs }
}

fiberConformance({
  name: 'stepped world',
  run: async (procedure) =>
    new StepWorld({ target }).run(
      procedure({ name: 'target', kind: 'probe-target' }, { name: 'dead', kind: 'probe-target' }),
    ),
})
