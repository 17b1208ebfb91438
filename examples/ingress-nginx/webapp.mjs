// A web application in a few lines: says which version answers, and which path it was asked for.
import http from 'node:http';

const version = process.env.VERSION ?? 'v1';

const server = http.createServer((request, response) => {
  const body = JSON.stringify({ version, path: request.url });
  response.writeHead(200, { 'content-type': 'application/json', 'x-version': version });
  response.end(body);
});
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '127.0.0.1');

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  setInterval(() => server.closeIdleConnections(), 20);
});
