// Takes messages and prints what they say, a line each.
import http from 'node:http';

const { HOST: host = '127.0.0.1', PORT: port = '8080' } = process.env;

const server = http.createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => (body += text)).on('end', () => {
    if (request.method === 'POST') {
      const { event, title, text } = JSON.parse(body);
      console.log(`${event}: ${title}. ${text}`);
    }
    response.end('ok\n');
  });
});
server.listen(Number(port), host);
process.once('SIGTERM', () => process.exit(0));
