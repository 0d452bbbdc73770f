/** Trials on two threads against one, each pair within the same minute: a busy machine slows both. */
import { loadScenario } from '../../scenarios/file/load.ts'
import { SimulationThreads } from '../../sim/host/simulate-in-worker.ts'

const PAIRS = 5
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

export async function trials(): Promise<void> {
  const scenario = loadScenario('primary-crash')
  const asked = SEEDS.map((seed) => ({ scenario, seed }))
  const secondsOn = async (count: number): Promise<number> => {
    const threads = new SimulationThreads(count)
    try {
      // What a thread compiles is not measured.
      for await (const _ of threads.simulate(asked.slice(0, count), {}));
      const beganMs = performance.now()
      for await (const _ of threads.simulate(asked, {}));
      return (performance.now() - beganMs) / 1000
    } finally {
      await threads.end()
    }
  }
  const ratios: number[] = []
  for (let pair = 0; pair < PAIRS; pair++) {
    const [one, two] = [await secondsOn(1), await secondsOn(2)]
    ratios.push(one / two)
    console.log(`  1 thread ${one.toFixed(2)} s, 2 threads ${two.toFixed(2)} s: ${(one / two).toFixed(2)} times`)
  }
  console.log(
    `trials: two threads ${ratios.sort((a, b) => a - b)[PAIRS >> 1]!.toFixed(2)} times one (median of ${PAIRS} pairs)`,
  )
}
