/** What can be done to the machine under a process, where each process has one of its own: a container. */
export interface Machine {
  /** Off the network: nothing arrives and nothing leaves, connections stay open and silent. */
  disconnect(): Promise<void>
  /** Back, under its old address. */
  connect(): Promise<void>
  network(): Promise<{ readonly look: 'cut' | 'open'; readonly text: string }>
  /** What is left of its processors, above 0; 1: all. */
  limitCpu(share: number): Promise<void>
  cpu(): Promise<{ readonly share: number; readonly text: string }>
}
