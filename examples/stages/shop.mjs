// A small shop: says which version answers, in which currency, and which path it was asked for. /order fails where FAILS says so;
// of everything else FAIL_PERCENT fails, and all of it takes DELAY_MILLISECONDS longer. An upgrade to WebSocket is greeted with
// the version and kept until the shop ends.
import { createHash } from 'node:crypto';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const version = process.env.VERSION ?? 'v1';
const currency = process.env.CURRENCY ?? 'EUR';
const failPercent = Number(process.env.FAIL_PERCENT ?? 0);
const delay = Number(process.env.DELAY_MILLISECONDS ?? 0);
const live = new Set();

const server = http.createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://shop');
  const healthy = pathname === '/health';
  const noOrders = pathname === '/order' && process.env.FAILS !== undefined;
  const fails = noOrders || (!healthy && Math.random() * 100 < failPercent);
  if (!healthy && delay > 0) await sleep(delay);
  const body = fails ? { error: noOrders ? `${version} takes no orders` : `${version} fails` } : healthy ? { status: 'healthy' } : { version, currency, path: request.url };
  response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json', 'x-version': version });
  response.end(JSON.stringify(body));
});

/** A text, or the reason of an end, as a frame of a WebSocket; up to 125 bytes. */
const frame = (opcode, ...parts) => {
  const payload = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
};

server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: ${accept}\r\nx-version: ${version}\r\n\r\n`);
  socket.write(frame(1, version));
  live.add(socket);
  // An end (8) is answered with an end, whatever else comes in with the version.
  socket.on('data', (data) => ((data[0] & 0x0f) === 8 ? socket.end(frame(8)) : socket.write(frame(1, version))));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => live.delete(socket));
});

server.keepAliveTimeout = 75_000;
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '127.0.0.1');
process.once('SIGTERM', async () => {
  // 1001: the shop goes away.
  for (const socket of live) socket.end(frame(8, [0x03, 0xe9], 'the shop closes'));
  // As long as a busy gateway takes to learn that this Pod is leaving.
  await sleep(1000);
  server.close(() => process.exit(0));
  setInterval(() => server.closeIdleConnections(), 20);
});
