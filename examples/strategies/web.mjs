// A small web program: says which version answers, on which path, and what its settings are. `/health` is for probes.
import http from 'node:http';

const { VERSION: version = 'v1', GREETING: greeting = 'hello', FAIL_PERCENT: failPercent = '0', HOST: host = '127.0.0.1', PORT: port = '8080' } = process.env;

const server = http.createServer((request, response) => {
  const healthy = request.url === '/health';
  const failed = !healthy && Math.random() * 100 < Number(failPercent);
  response.writeHead(failed ? 500 : 200, { 'content-type': 'text/plain', 'x-version': version });
  response.end(failed ? `${version} failed\n` : healthy ? 'healthy\n' : `${greeting} from ${version} at ${request.url}\n`);
});
server.keepAliveTimeout = 75_000;
server.listen(Number(port), host);
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  setInterval(() => server.closeIdleConnections(), 20);
});
