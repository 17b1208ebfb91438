// A gate: says yes to a release that asks for the second time, or no to versions that ANSWER=403 says are not to go out.
import http from 'node:http';

const { ANSWER: answer = '200', HOST: host = '127.0.0.1', PORT: port = '8080' } = process.env;
const asked = new Set();

const server = http.createServer((request, response) => {
  if (request.method !== 'POST') return response.end('healthy\n');
  const key = request.headers['idempotency-key'];
  const again = asked.has(key);
  asked.add(key);
  request.resume();
  request.on('end', () => {
    response.statusCode = again ? Number(answer) : 425;
    response.end(again ? 'seen before\n' : 'ask again\n');
  });
});
server.listen(Number(port), host);
process.once('SIGTERM', () => process.exit(0));
