/** What can be done to the machine under a process, where each process has one of its own: a container. */
export interface Machine {
  /** What is left of its processors, above 0; 1: all. */
  limitCpu(share: number): Promise<void>
  cpu(): Promise<{ readonly share: number; readonly text: string }>
}
