/** What a commit would take under a given leader, from the simulator's own links and processors: nobody else can know. */
import type { Link } from '../network/link.ts'
import type { RaftGroup } from './group.ts'
import type { RaftServer } from './server.ts'

/**
 * Mean over the clients, of medians: from the site to the leader, to the quorum and back, and back to the site. The
 * quorum is the one that the scheme needs once it has got used to this leader's followers. Infinite: no quorum is up.
 */
export function trueDelayUs(group: RaftGroup, leader: RaftServer): number {
  const { settings, servers, sites, network, quorums } = group
  const others = servers.filter((server) => server !== leader && server.isUp)
  const leaderUs = (settings.messageUs + settings.sendUs) / leader.slowness.cpuShare
  const round = others
    .map((server) => ({
      id: server.id,
      us:
        typicalUs(network.link(leader.process, server.process)) +
        (settings.messageUs + settings.entryUs) / server.slowness.cpuShare +
        server.slowness.extraSyncUs +
        typicalUs(network.link(server.process, leader.process)),
    }))
    .sort((a, b) => a.us - b.us || a.id - b.id)
  const node = leader.node!
  const thresholds = node.log.thresholds(node.commitIndex)
  const rule = quorums.reign(leader.id)
  rule.settle(round.map(({ id }) => id))
  const tally = rule.begin(thresholds)
  tally.add(leader.id)
  const last = round.find(({ id }) => tally.add(id) === 'won')
  if (last === undefined) return Number.POSITIVE_INFINITY
  const total = sites.reduce((sum, { weight }) => sum + weight, 0)
  const clientUs = sites.reduce((sum, { process, weight }) => {
    const there = typicalUs(network.link(process, leader.process))
    return sum + (weight / total) * (there + typicalUs(network.link(leader.process, process)))
  }, 0)
  return clientUs + last.us + servers.length * leaderUs
}

function typicalUs(link: Link): number {
  const { delivers, us } = link.look()
  return delivers ? us : Number.POSITIVE_INFINITY
}
