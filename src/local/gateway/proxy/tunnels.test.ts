import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { join } from './tunnels.js';

it('leaves no connection behind when the client has left before it was there', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upstream = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(upstream, 'connect')])) as [[Socket], unknown];
  const client = new PassThrough().destroy();
  await once(client, 'close');
  join(client, upstream, Buffer.from('hello'));
  expect(upstream.destroyed).toBe(true);
  accepted.destroy();
  server.close();
});
