import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, connect as dial, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { removeBelongings } from '../../../../real/drivers/local/belongings.ts'
import { Ownership } from '../../../../real/drivers/local/ownership.ts'
import { lookAt } from '../../../../real/drivers/local/process-table.ts'
import { sweep } from '../../../../real/drivers/local/sweep.ts'
import { Outpost } from '../../../../real/network/namespaces/outpost.ts'
import { namespaceName, removeDevice, removeNamespace } from '../../../../real/network/namespaces/removal.ts'
import type { Room, Rooms } from '../../../../real/network/namespaces/room.ts'
import { bandwidth, delivery, type End } from '../../../../real/network/namespaces/room-looks.ts'
import { type Peer, RoomRules } from '../../../../real/network/namespaces/room-rules.ts'
import { makeRooms } from '../../../../real/network/namespaces/rooms.ts'
import { test } from '../../../support/test.ts'
import { thrownBy } from '../../../support/thrown-by.ts'
import { until, withDirectory } from '../../drivers/local/scratch.ts'
import { networksLeft as left, Mark } from '../../leftovers.ts'
import { ended, serverIn } from './programs.ts'

const NEEDS = { needs: 'namespaces', deadlineMs: 30_000 } as const

async function withRooms(names: readonly string[], body: (rooms: Rooms, ownership: Ownership) => Promise<void>) {
  await withDirectory(async (root) => {
    const ownership = new Ownership(join(root, 'clusters'))
    try {
      await body(await makeRooms(names, ownership), ownership)
    } finally {
      ownership.remove()
    }
  })
}

async function withRules(
  names: readonly string[],
  body: (rules: readonly RoomRules[], rooms: Rooms, ends: readonly End[]) => Promise<void>,
) {
  await withRooms(names, async (rooms) => {
    const rules = [...rooms.rooms].map((room) => new RoomRules(room))
    const ends: End[] = []
    try {
      await Promise.all(rules.map((one) => one.furnish()))
      for (const { name, enter, address } of rooms.rooms)
        ends.push({ name, outpost: await Outpost.open(enter!, address) })
      await body(rules, rooms, ends)
    } finally {
      for (const { outpost } of ends) outpost!.close()
    }
  })
}

test('each name has a room with an address that the harness reaches, and nothing is left of it', NEEDS, async () => {
  let id = ''
  await withRooms(['client', 'node1'], async ({ rooms }, ownership) => {
    id = ownership.id
    assert.notDeepEqual(left(id), [])
    const { child, port } = await serverIn(rooms[1]!.place, 'socket.end(socket.remoteAddress)')
    // The same process: signals and the channel reach the program itself.
    assert.match(lookAt(child.pid!)!.command, /node/)
    const said = await new Promise<string>((resolve, reject) => {
      const socket = dial(port, rooms[1]!.address).setEncoding('utf8')
      socket.once('data', resolve).once('error', reject)
    })
    assert.equal(said, harnessOf(rooms), 'the harness has an address of its own there')
    await ended(child)
  })
  assert.deepEqual(left(id), [])
})

/** Of the machine itself, in this network. */
function harnessOf([room]: readonly Room[]): string {
  return room!.address.replace(/\d+$/, '1')
}

function peerOf({ room: { name, address } }: RoomRules): Peer {
  return { name, addresses: [address] }
}

test('one direction is dropped and the other is not, and only between these two', NEEDS, async () => {
  await withRules(['node1', 'node2', 'node3'], async ([node1, node2], _, [at1, at2, at3]) => {
    const sights = async () => {
      const looks = await Promise.all([
        delivery(at1!, at2!, null),
        delivery(at2!, at1!, null),
        delivery(at3!, at2!, null),
      ])
      return looks.map(({ delivers }) => delivers)
    }
    assert.deepEqual(await sights(), [true, true, true])
    await node2!.bar(peerOf(node1!), 'drop')
    assert.deepEqual(await sights(), [false, true, true])
    await Promise.all([node2!.bar(peerOf(node1!), null), node1!.bar(peerOf(node2!), 'drop')])
    assert.deepEqual(await sights(), [true, false, true])
    await node1!.bar(peerOf(node2!), null)
    assert.deepEqual(await sights(), [true, true, true])
  })
})

test('what is refused is reset, an open connection with its next word and a new one at once', NEEDS, async () => {
  await withRules(['node1'], async ([node1], { rooms }) => {
    const harness = harnessOf(rooms)
    const { child, port } = await serverIn(node1!.room.place, 'socket.write("hello")')
    const dialled = () =>
      new Promise<Socket>((resolve, reject) => {
        const socket = dial(port, node1!.room.address).once('error', reject)
        socket.once('data', () => resolve(socket.off('error', reject)))
      })
    try {
      const open = await dialled()
      const broken = new Promise<Error>((resolve) => open.once('error', resolve))
      await node1!.bar({ name: 'harness', addresses: [harness] }, 'reject')
      open.write('anybody there?')
      assert.match((await broken).message, /ECONNRESET/)
      await assert.rejects(dialled(), /ECONNREFUSED/)
      await node1!.bar({ name: 'harness', addresses: [harness] }, null)
      ;(await dialled()).destroy()
    } finally {
      await ended(child)
    }
  })
})

test('a rate holds what is sent to one address and to no other', NEEDS, async () => {
  await withRules(['node1', 'node2', 'node3'], async ([node1, node2], { rooms }, [at1, , at3]) => {
    const harness = harnessOf(rooms)
    await node1!.limit({ name: 'harness', addresses: [harness] }, 1_000_000)
    const server = createServer()
    try {
      await new Promise<void>((resolve) => server.listen(0, harness, resolve))
      const { port } = server.address() as { port: number }
      const took = async (from: RoomRules) => {
        const received = new Promise<number>((resolve) => {
          server.once('connection', (socket) => {
            const start = performance.now()
            socket.resume().once('end', () => resolve(performance.now() - start))
          })
        })
        const [program, ...words] = [
          ...from.room.enter!,
          'bash',
          '-c',
          `head -c 300000 /dev/zero >/dev/tcp/${harness}/${port}`,
        ]
        await promisify(execFile)(program!, words)
        return await received
      }
      const slow = await took(node1!)
      assert.ok(slow > 200 && slow < 700, `300 kB at 1 MB/s took ${slow} ms`)
      assert.ok((await took(node2!)) < 150)
      await node1!.limit({ name: 'harness', addresses: [harness] }, null)
      assert.ok((await took(node1!)) < 150)
      assert.equal((await delivery(at1!, at3!, null)).delivers, true)
    } finally {
      server.close()
    }
  })
})

test('a rate is measured, whatever it is', NEEDS, async () => {
  await withRules(['node1', 'node2'], async ([node1, node2], _, [at1, at2]) => {
    const usual = await bandwidth(at1!, at2!, null)
    assert.ok(usual.amount > 400_000, usual.text)
    for (const rate of [100_000, 300_000]) {
      await node1!.limit(peerOf(node2!), rate)
      const { amount, text } = await bandwidth(at1!, at2!, rate)
      assert.ok(amount > 0.6 * rate && amount < 1.1 * rate, text)
    }
  })
})

test('a room that is made anew has its rules by one call', NEEDS, async () => {
  await withRules(['node1', 'node2'], async ([node1, node2], _, [at1, at2]) => {
    await node1!.bar(peerOf(node2!), 'drop')
    const [program, ...words] = [...node1!.room.enter!, 'iptables', '--flush']
    await promisify(execFile)(program!, words)
    assert.equal((await delivery(at2!, at1!, null)).delivers, true)
    await node1!.furnish()
    assert.equal((await delivery(at2!, at1!, null)).delivers, false)
  })
})

test('two networks at the same time have ranges of their own', NEEDS, async () => {
  await withRooms(['node1'], async (one) => {
    await withRooms(['node1'], async (other) => {
      assert.notEqual(one.rooms[0]!.address, other.rooms[0]!.address)
    })
  })
})

test('what was made half is removed with the processes in it, at any number of times', NEEDS, async () => {
  await withDirectory(async (root) => {
    const ownership = new Ownership(join(root, 'clusters'))
    const { id } = ownership
    const name = namespaceName(ownership.id, 'node1')
    ownership.note('device', `ql${ownership.id}`)
    ownership.note('namespace', name)
    ownership.note('namespace', namespaceName(ownership.id, 'node2'))
    execFileSync('ip', ['netns', 'add', name])
    const inside = spawn('ip', ['netns', 'exec', name, 'sleep', '60'])
    await until('it runs', 5_000, () => lookAt(inside.pid!)?.command === 'sleep 60')
    ownership.remove()
    removeNamespace(name)
    await until('it is gone', 5_000, () => lookAt(inside.pid!) === null)
    assert.deepEqual(left(id), [])
  })
})

test('nothing is removed that is not called as a run calls it', () => {
  assert.match(String(thrownBy(() => removeNamespace('vpn'))), /no namespace of a run/)
  assert.match(String(thrownBy(() => removeDevice('docker0'))), /no device of a run/)
})

const OWNER = `
  import { Ownership } from '${new URL('../../../../real/drivers/local/ownership.ts', import.meta.url)}'
  import { makeRooms } from '${new URL('../../../../real/network/namespaces/rooms.ts', import.meta.url)}'
  await makeRooms(['node1'], new Ownership(process.argv[1]))`

test('what was about to make namespaces ends with the harness, and makes none after the next start', NEEDS, () =>
  withDirectory(async (root) => {
    const [programs, clusters] = [join(root, 'programs'), join(root, 'clusters')]
    mkdirSync(programs)
    const ip = execFileSync('sh', ['-c', 'command -v ip'], { encoding: 'utf8' }).trim()
    // Held up for as long as the next start takes.
    const held = `echo > ${root}/asked; until [ -e ${root}/swept ]; do sleep 0.1; done`
    writeFileSync(join(programs, 'ip'), `#!/bin/sh\n${held}\nexec ${ip} "$@"\n`, { mode: 0o755 })
    const mark = new Mark()
    const [name, text] = mark.assignment.split('=') as [string, string]
    const env = { ...process.env, [name]: text, PATH: `${programs}:${process.env.PATH}` }
    const words = ['--import', 'tsx', '--input-type=module', '-e', OWNER, clusters]
    const harness = spawn(process.execPath, words, { env, stdio: 'ignore' })
    await until('a namespace is asked for', 60_000, () => existsSync(join(root, 'asked')))
    const [id] = readdirSync(clusters)
    const { pid } = mark.bearers().find(({ command }) => command.includes(programs))!
    harness.kill('SIGKILL')
    await once(harness, 'exit')
    const [swept] = await sweep(clusters)
    try {
      assert.equal(swept!.id, id)
      writeFileSync(join(root, 'swept'), '')
      await until('who was held up is gone', 10_000, () => lookAt(pid) === null)
      assert.deepEqual(left(id!), [])
    } finally {
      removeBelongings(swept!.belongings)
    }
  }),
)
