// A shop that can be told to go wrong: DELETE /self ends it as a crash does, POST /self makes it fail each request from then on,
// with a status that no proxy answers of its own accord. /metrics says what it served, as Prometheus reads it.
import http from 'node:http';

const version = process.env.VERSION ?? 'v2';
const FAILS = 555;
const served = { 200: 0, [FAILS]: 0 };
let status = 200;

http
  .createServer({ keepAliveTimeout: 75_000 }, ({ method, url }, response) => {
    if (method === 'DELETE' && url === '/self') process.exit(3);
    if (method === 'POST' && url === '/self') status = FAILS;
    const own = url === '/self' || url === '/metrics' || url === '/health';
    if (!own) served[status]++;
    response.writeHead(own ? 200 : status, { 'content-type': 'text/plain', ...(own ? {} : { 'x-version': version }) });
    response.end(url === '/metrics' ? Object.entries(served).map(([code, count]) => `http_requests_total{code="${code}"} ${count}\n`).join('') : '');
  })
  .listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
