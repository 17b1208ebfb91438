// Functional tests of the candidate in a few lines: every path named must be answered, by the version that is expected.
// node test.mjs <version> <url>…
import http from 'node:http';

const [version, ...urls] = process.argv.slice(2);
const proxy = process.env.HTTP_PROXY ? new URL(process.env.HTTP_PROXY) : undefined;

function get(url) {
  const { host, hostname, port, pathname } = new URL(url);
  const options = proxy ? { host: proxy.hostname, port: proxy.port, path: url } : { host: hostname, port, path: pathname };
  return new Promise((resolve, reject) => {
    http.get({ ...options, headers: { host }, agent: false }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve({ status: answer.statusCode, version: answer.headers['x-version'] }));
    }).once('error', reject);
  });
}

for (const url of urls) {
  const answer = await get(url);
  console.log(`${url}: ${answer.status} from ${answer.version}`);
  if (answer.status !== 200 || answer.version !== version) process.exitCode = 1;
}
