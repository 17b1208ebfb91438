// A test that a Job runs: asks the new version for its page, and ends with 1 when it does not answer as it should.
// In a Job of a release SERIN_CANARY_SERVICE names the Service that leads to the new version alone.
import http from 'node:http';

const { SERIN_CANARY_SERVICE: service = '', SERIN_NAMESPACE: namespace = '', SERIN_RELEASE: release = '', HTTP_PROXY: proxy } = process.env;
const url = new URL(`http://${service}.${namespace}/`);
const through = proxy === undefined ? url : new URL(proxy);

http
  .get({ host: through.hostname, port: through.port, path: proxy === undefined ? url.pathname : url.href, headers: { host: url.host }, timeout: 10_000 }, (response) => {
    response.setEncoding('utf8');
    let text = '';
    response.on('data', (part) => (text += part));
    response.on('end', () => {
      console.log(`${release}: ${response.statusCode} ${text.trim()}`);
      process.exitCode = response.statusCode === 200 ? 0 : 1;
    });
  })
  .on('error', (error) => {
    console.log(`${release}: ${error.message}`);
    process.exitCode = 1;
  });
