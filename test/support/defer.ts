/**
 * uvu starts on a timer of its own at the first declared suite, and so loses tests that are declared after a top-level
 * await. This flag, which must be set before uvu is loaded, leaves the start to our runner.
 */
const flags = globalThis as { UVU_DEFER?: number }
flags.UVU_DEFER = 1
