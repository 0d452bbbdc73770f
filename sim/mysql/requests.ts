/** A request has arrived at a MySQL server: who answers it. */
import { mysqlWhy } from '../../algorithms/reasons/mysql-errors.ts'
import type { MysqlRequests, RequestOf } from '../../algorithms/servers.ts'
import type { Call } from '../kernel/call.ts'
import { execute, query } from './client-statements.ts'
import type { MysqlInstance } from './instance.ts'

const TAKEN = mysqlWhy(1040)

type WaitFor = Extract<RequestOf<MysqlRequests>, { kind: 'waitFor' }>

/**
 * `execute` and `query` come over the application's account and are kept out by offline_mode; all others over the
 * coordinator's own, which has CONNECTION_ADMIN.
 */
export function handleMysql(server: MysqlInstance, call: Call): void {
  const { request } = call
  if (call.opensConnection && server.connectionsAreTaken) {
    call.keepOut(TAKEN)
    return
  }
  switch (request.kind) {
    case 'execute':
      execute(server, call)
      break
    case 'query':
      query(server, call)
      break
    case 'highestTimestamp':
      server.cpu.run(server.costs.read.sample(server.stream), answerHighest, { server, call })
      break
    case 'executed':
      call.answer({ executed: server.data.executed.snapshot() })
      break
    case 'confirm':
      call.answer({ promised: server.data.promised, gtids: server.data.held.snapshot() })
      break
    case 'probe':
      server.cpu.run(server.costs.probe.sample(server.stream), answerProbe, { server, call })
      break
    case 'waitFor':
      waitFor(server, call)
      break
    case 'session':
      server.administratorLock.handle(call)
      break
    default:
      throw new Error(`assertion: a MySQL server is asked for ${request.kind}`)
  }
}

function answerProbe({ server, call }: { readonly server: MysqlInstance; readonly call: Call }): void {
  call.answer(server.state())
}

function answerHighest({ server, call }: { readonly server: MysqlInstance; readonly call: Call }): void {
  call.answer({ timestamp: server.data.table.highestTimestamp })
}

function waitFor(server: MysqlInstance, call: Call): void {
  const { gtids, level, timeoutUs } = call.request as WaitFor
  const isApplied = level === 'applied'
  const set = isApplied ? server.data.executed.live : server.data.held.live
  if (set.covers(gtids)) reportSet(call, true, server)
  else (isApplied ? server.appliedWaiters : server.receivedWaiters).add(call, gtids, reportSet, timeoutUs)
}

function reportSet(call: Call, covered: boolean, server: MysqlInstance): void {
  const { level } = call.request as WaitFor
  const { executed, held } = server.data
  call.answer({ covered, gtids: level === 'applied' ? executed.snapshot() : held.snapshot() })
}
