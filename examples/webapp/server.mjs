// A web application that takes a while to start, as many do: GET /actuator/health says whether it is up, everything else is
// answered with the version, the path that was asked for and, where a file is named as the first argument, its text.
import { readFileSync } from 'node:fs';
import http from 'node:http';

const { VERSION: version = 'v1', START_MILLISECONDS: starting = '0', HOST: host = '127.0.0.1', PORT: port = '8080' } = process.env;
const [, , page] = process.argv;
let up = false;
setTimeout(() => {
  up = true;
}, Number(starting));

function answer(path) {
  if (path === '/actuator/health') return { status: up ? 200 : 503, body: { status: up ? 'UP' : 'STARTING' } };
  return { status: up ? 200 : 503, body: { version, path, ...(page === undefined ? {} : { page: readFileSync(page, 'utf8').trim() }) } };
}

const server = http.createServer((request, response) => {
  const { status, body } = answer(request.url);
  response.writeHead(status, { 'content-type': 'application/json', 'x-version': version });
  response.end(JSON.stringify(body));
});
server.keepAliveTimeout = 75_000;
server.listen(Number(port), host);

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  setInterval(() => server.closeIdleConnections(), 20);
});
