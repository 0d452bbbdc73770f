import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { EnvironmentError } from '../../../../real/drivers/environment-error.ts'
import { PortHolder } from '../../../../real/drivers/local/ports.ts'
import { test } from '../../../support/test.ts'

test('a held port cannot be taken until it is released', async () => {
  const [ours, theirs] = [new PortHolder(), new PortHolder()]
  try {
    const port = await ours.takeFree()
    await assert.rejects(theirs.take({ port, advice: 'Name another.' }, 'node1'), (error) => {
      assert.ok(error instanceof EnvironmentError)
      assert.match(
        error.message,
        new RegExp(`^Port ${port} on 127.0.0.1, meant for node1, .*taken by another program.*\\nName another`, 's'),
      )
      return true
    })
    await ours.release(port)
    assert.equal(await theirs.take({ port, advice: 'Name another.' }, 'node1'), port)
  } finally {
    await ours.releaseAll()
    await theirs.releaseAll()
  }
})

test('ports are all different and outside the range that outgoing connections are given', async () => {
  const holder = new PortHolder()
  try {
    const ports: number[] = []
    for (let i = 0; i < 50; i++) ports.push(await holder.takeFree())
    assert.equal(new Set(ports).size, 50)
    const outgoing = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1').split('\t')[0])
    if (outgoing > 16_000) assert.ok(Math.max(...ports) < outgoing, `${Math.max(...ports)} < ${outgoing}`)
  } finally {
    await holder.releaseAll()
  }
})
