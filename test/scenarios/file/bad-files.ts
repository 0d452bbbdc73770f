import { CHECK_NAMES } from '../../../scenarios/checks/checks.ts'
import { FAULT_VERBS } from '../../../scenarios/faults/list.ts'

const VERBS = FAULT_VERBS.join(', ')

/** What each file of test/fixtures/scenarios is refused with, after its name. */
export const BAD_FILES: Readonly<Record<string, string | RegExp>> = {
  'a-list.yaml': '1:1: not a scenario, expected a mapping such as `name: ...`, found a list',
  'alias-bomb.yaml': '3:8: aliases that multiply, expected at most 100 copies in all, found more (an alias bomb)',
  'binary.yaml': '1:8: a binary file, expected YAML text, found a NUL character',
  'check-not-run.yaml':
    '3:38: an expectation about a check that does not run, expected one of single-writer, found "timestamps-ordered"',
  'empty.yaml': '1:1: an empty file, expected a scenario such as `name: ...`, found nothing',
  'fault-after-end.yaml': '4:11: crash after the end, expected a time before 10s, found 10s',
  'fault-lasts-beyond-end.yaml':
    '4:35: crash lasts beyond the end, expected an end before 10s (leave `for` out: what is still on at the end is healed), found an end at 14s',
  'impossible-receiver.yaml':
    '4:35: impossible receiver, expected one of node1, node2, node3, node4, found "nod3"; did you mean node3?',
  'impossible-target-in-split.yaml':
    '4:60: impossible target, expected one of node1, node2, node3, node4, timestamp-1, timestamp-2, coordinator, client, found "nod4"; did you mean node4?',
  'impossible-target.yaml':
    '5:22: impossible target, expected one of node1, node2, node3, node4, timestamp-1, timestamp-2, coordinator, source, replica, fastest, any, minority, all, issuer, found "node9"',
  'key-twice.yaml': '5:3: key "clients" twice, expected each key once, found it again (first on line 3)',
  'latin-1.yaml': '2:17: a binary file, expected YAML text in UTF-8, found the byte 0xe9',
  'limit-with-unit.yaml':
    '3:19: wrong limit for failoverMs.max, expected a comparison with a plain number, such as < 3000, found "< 3s"',
  'missing-time.yaml':
    '4:5: missing faults[0].at, expected a duration with its unit, such as 150us, 200ms, 3s or 5m, or `after:` an event, found nothing',
  'negative-rate.yaml':
    '3:15: wrong value for workload.ratePerSec, expected a rate per second above 0 and at most 1000000, found -5',
  'no-name.yaml':
    '1:1: missing name, expected a name of lower-case letters, digits and dashes, such as primary-crash, found nothing',
  'no-unit.yaml':
    '3:13: wrong value for workload.duration, expected a duration with its unit, such as 150us, 200ms, 3s or 5m, of at least 1ms, found 30',
  'not-yaml.yaml':
    '3:1: not YAML, expected valid YAML, found Flow sequence in block collection must be sufficiently indented and end with a ]',
  'only-comments.yaml': '1:1: not a scenario, expected a mapping such as `name: ...`, found nothing',
  'plain-text.yaml': '1:1: not a scenario, expected a mapping such as `name: ...`, found plain text',
  'rate-not-a-number.yaml':
    '3:15: wrong value for workload.ratePerSec, expected a rate per second above 0 and at most 1000000, found NaN',
  'seer-options-unused.yaml': '4:9: options of a policy that is not used, expected election: seer, found uniform',
  'tab-indentation.yaml': '3:1: not YAML, expected valid YAML, found Tabs are not allowed as indentation',
  'too-much-work.yaml': '3:3: too much work, expected at most 20000000 operations (rate x duration), found 360000000',
  'more-rows-than-keys.yaml': '2:49: more rows than keys, expected at most 3, as many as there are keys, found 4',
  'transaction-in-raft.yaml':
    '3:26: a transaction in a Raft group, expected `cluster: { protocol: mysql }`, or nothing, found raft',
  'payload-too-large.yaml':
    '2:22: wrong value for workload.payload, expected a size with its unit, such as 100B, 1kB or 1.5kB, at most 1MB, found "2MB"',
  'two-verbs.yaml': `4:5: more than one fault in a step, expected one verb of ${VERBS}, found crash and pause`,
  'two-beginnings.yaml': '4:22: a step with two beginnings, expected `at:` a time or `after:` an event, found both',
  'undo-without-do.yaml':
    '5:24: restart without its crash or power-loss, expected an earlier step with crash or power-loss: node2, found none',
  'unknown-check.yaml': `2:25: wrong value for checks[1], expected one of ${CHECK_NAMES.join(', ')}, found "replicas-convrge"; did you mean replicas-converge?`,
  'unknown-key-in-fault.yaml':
    '4:30: unknown key in faults[0], expected one of at, after, for, crash, found "fro"; did you mean for?',
  'unknown-key.yaml':
    '3:3: unknown key in workload, expected one of mode, arrivals, ratePerSec, stages, thinkTime, clients, reads, consistency, transaction, payload, keys, duration, warmup, deadline, found "ratPerSec"; did you mean ratePerSec?',
  'unknown-link.yaml':
    '4:19: impossible link, expected two of node1, node2, node3, node4, timestamp-1, timestamp-2, coordinator, client or *, found "node7"',
  // What exists, nearest first: the list is as long as the summary.
  'unknown-number.yaml':
    /^3:23: unknown number in expect, expected checks, checks\.NAME, or one of failoverMs\.\{max, min, .*operations\.\{failed, ok, .*, found "failoverMs\.maximum"; did you mean failoverMs\.max\?$/,
  'unknown-part.yaml':
    '3:1: unknown key, expected one of name, description, seed, cluster, algorithms, unsafe, workload, liveness, network, raft, tuning, checks, expect, fuzz, charge, faults, found "fault"; did you mean faults?',
  'unknown-policy.yaml':
    '2:23: wrong value for algorithms.quorum, expected one of majority, cabinet-top, cabinet, flexible, all, none, hierarchical, found "majorty"; did you mean majority?',
  'unknown-tag.yaml': '1:7: not YAML, expected valid YAML, found Unresolved tag: tag:yaml.org,2002:js/function',
  'unknown-verb.yaml': `4:22: unknown fault, expected one verb of ${VERBS}, found "crahs"; did you mean crash?`,
  'unresolved-alias.yaml': '2:10: unknown alias, expected an anchor written before it, found *nothing',
  'warmup-too-long.yaml':
    '4:11: nothing to measure, expected a warm-up shorter than the duration, found one as long or longer',
  'wrong-unit.yaml':
    '3:13: wrong value for workload.duration, expected a duration with its unit, such as 150us, 200ms, 3s or 5m, of at least 1ms, found "30 seconds"',
}
