/**
 * Where a scenario can run: in the simulator, or on real MySQL servers that somebody owns. Each name of the list has a driver
 * (`DRIVERS` in cli/run/worlds.ts) and an answer in the record of each fault verb; a new one is asked for both by the compiler.
 */
export const SERVER_WORLDS = ['local', 'docker'] as const

/**
 * What the links between the processes of a run on real servers lead through. `direct`: loopback, and nothing can be done to
 * a link. `proxy`: where the scenario needs it, a connection leads through a process of ours. `namespaces`: each process has
 * a network of its own, and what is cut is cut by the kernel.
 */
const NETWORK_FORMS = ['direct', 'proxy', 'namespaces'] as const
export type NetworkForm = (typeof NETWORK_FORMS)[number]
/** `auto`: what the scenario needs, by the strongest means there is. */
export const NETWORK_WISHES = ['auto', ...NETWORK_FORMS] as const
export type NetworkWish = (typeof NETWORK_WISHES)[number]

export type ServerWorld = (typeof SERVER_WORLDS)[number]
export type RunWorld = 'sim' | ServerWorld
