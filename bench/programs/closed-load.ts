// Load for machines without wrk: so many connections, each sending its next request when the last is answered. Arguments:
// URL, connections, seconds. Reads no more of an answer than its Content-Length asks for.
import { connect } from 'node:net';

const url = new URL(process.argv[2] ?? '');
const connections = Number(process.argv[3]);
const milliseconds = Number(process.argv[4]) * 1000;
const request = `GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`;
const latencies: number[] = [];
let failed = 0;
const start = performance.now();

await Promise.all(
  Array.from({ length: connections }, async () => {
    const socket = connect(Number(url.port), url.hostname);
    let sentAt = 0;
    let left = 0;
    const send = (): void => {
      if (performance.now() - start > milliseconds) return void socket.end();
      sentAt = performance.now();
      socket.write(request);
    };
    socket.on('connect', send);
    socket.on('data', (chunk) => {
      if (left === 0) {
        const head = chunk.indexOf('\r\n\r\n');
        const length = /content-length: *(\d+)/i.exec(chunk.toString('latin1', 0, head))?.[1];
        if (head < 0 || length === undefined) {
          failed++;
          return void socket.destroy();
        }
        if (chunk.toString('latin1', 9, 12) !== '200') failed++;
        left = Number(length) + head + 4;
      }
      left -= chunk.length;
      if (left > 0) return;
      left = 0;
      latencies.push(performance.now() - sentAt);
      send();
    });
    socket.on('error', () => failed++);
    await new Promise((resolve) => socket.once('close', resolve));
  }),
);
const seconds = (performance.now() - start) / 1000;
latencies.sort((a, b) => a - b);
process.stdout.write(`${JSON.stringify({ perSecond: latencies.length / seconds, p99: latencies[Math.floor(latencies.length * 0.99)] ?? 0, failed })}\n`);
