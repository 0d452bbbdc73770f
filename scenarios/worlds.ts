/**
 * Where a scenario can run: in the simulator, or on real MySQL servers that somebody owns. Each name of the list has a driver
 * (`DRIVERS` in cli/run/worlds.ts) and an answer in the record of each fault verb; a new one is asked for both by the compiler.
 */
export const SERVER_WORLDS = ['local', 'docker'] as const

export type ServerWorld = (typeof SERVER_WORLDS)[number]
export type RunWorld = 'sim' | ServerWorld
