/** A wall clock, read beside the monotonic one that all processes of a host share. */
export interface ClockReading {
  /** Since 1970, at the moment at which it turned to this millisecond. */
  readonly wallUs: number
  readonly hostUs: number
}

/** The moment may be missed by so much; whoever loses the processor in it tries again. */
const GOOD_US = 30
const TRIES = 8

/** Of this process; takes a millisecond or a few, in which nothing else is done. */
export function readClock(): ClockReading {
  let best = turn()
  for (let tries = 1; tries < TRIES && best.missedUs > GOOD_US; tries++) {
    const next = turn()
    if (next.missedUs < best.missedUs) best = next
  }
  return { wallUs: best.wallUs, hostUs: best.hostUs }
}

function turn(): ClockReading & { readonly missedUs: number } {
  const began = Date.now()
  let [wallMs, before, after] = [began, hostUs(), hostUs()]
  while (wallMs === began) {
    before = after
    wallMs = Date.now()
    after = hostUs()
  }
  return { wallUs: wallMs * 1_000, hostUs: (before + after) / 2, missedUs: (after - before) / 2 }
}

function hostUs(): number {
  return Number(process.hrtime.bigint()) / 1_000
}
