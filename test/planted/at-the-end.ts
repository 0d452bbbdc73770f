/** What must not outlive this process, be it ended by exit, by SIGTERM or by SIGINT. */

const tasks = new Set<() => void>()

/** Runs `task`, which may not wait for anything, if this process ends; returns what calls that off. */
export function atTheEnd(task: () => void): () => void {
  if (tasks.size === 0) listen(true)
  tasks.add(task)
  return () => {
    tasks.delete(task)
    if (tasks.size === 0) listen(false)
  }
}

function listen(on: boolean): void {
  const change = on ? 'on' : 'off'
  process[change]('exit', runAll)
  process[change]('SIGTERM', endBy)
  process[change]('SIGINT', endBy)
}

function runAll(): void {
  for (const task of tasks) task()
  tasks.clear()
}

/** The signal is sent once more, with nobody listening: whoever waits for this process sees what ended it. */
function endBy(signal: NodeJS.Signals): void {
  runAll()
  listen(false)
  process.kill(process.pid, signal)
}
