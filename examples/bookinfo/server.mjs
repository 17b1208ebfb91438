// What the four servers share: listening where the environment says, answering JSON, calling each other, ending well.
import http from 'node:http';
import net from 'node:net';

const PASSED_ON = ['x-request-id', 'end-user', 'cookie'];
// As long as a busy proxy takes to learn that this endpoint is gone.
const DRAIN_MILLISECONDS = 1000;
const CALL_TIMEOUT_MILLISECONDS = 10_000;

const connections = new http.Agent({ keepAlive: true, maxSockets: 256 });
const proxy = process.env.HTTP_PROXY ? new URL(process.env.HTTP_PROXY) : undefined;

export const version = process.env.VERSION ?? 'v1';

/** @param handle (request, url) => { status?, headers?, body }; objects are sent as JSON, strings as HTML. May be async. */
export function serve(handle) {
  let ending = false;
  const server = http.createServer(async (request, response) => {
    let answer;
    try {
      const url = new URL(request.url, 'http://server');
      answer = url.pathname === '/health' ? { body: { status: 'healthy' } } : await handle(request, url);
    } catch (error) {
      answer = { status: 500, body: { error: error.message } };
    }
    const { status = 200, headers = {}, body } = answer ?? { status: 404, body: { error: `there is no ${request.url}` } };
    const page = typeof body === 'string';
    const bytes = Buffer.from(page ? body : JSON.stringify(body));
    response.writeHead(status, {
      'content-type': page ? 'text/html; charset=utf-8' : 'application/json',
      'content-length': bytes.length,
      'x-version': version,
      ...(ending ? { connection: 'close' } : {}),
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  });
  server.keepAliveTimeout = 75_000;
  server.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  server.listen(Number(process.env.PORT ?? 9080), process.env.HOST ?? '127.0.0.1', () => {
    const { address, port } = server.address();
    console.log(`${version} listens on http://${address}:${port}`);
  });
  process.once('SIGTERM', () => {
    ending = true;
    // Accept nothing new; requests already on their way over open connections are still answered (with connection: close).
    net.Server.prototype.close.call(server, () => process.exit(0));
    setTimeout(() => setInterval(() => server.closeIdleConnections(), 20), DRAIN_MILLISECONDS);
  });
}

/** GETs JSON of another service, through the proxy if there is one, with the caller's tracing and identity headers. */
export async function call(address, from) {
  const url = new URL(address);
  const headers = { host: url.host };
  for (const name of PASSED_ON) if (from.headers[name] !== undefined) headers[name] = from.headers[name];
  const options = proxy
    ? { host: proxy.hostname, port: proxy.port, path: address, headers, agent: connections }
    : { host: url.hostname, port: url.port, path: url.pathname, headers, agent: connections };
  const answer = await get(options).catch((error) => (error.reusedSocket ? get({ ...options, agent: false }) : Promise.reject(error)));
  const text = await answer.text;
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    body = { error: text };
  }
  return { status: answer.status, version: answer.headers['x-version'], body };
}

function get(options) {
  return new Promise((resolve, reject) => {
    const request = http.get(options, (response) => {
      const chunks = [];
      const text = new Promise((done, failed) => {
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => done(Buffer.concat(chunks).toString()));
        response.on('error', failed);
      });
      text.catch(() => undefined);
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    request.setTimeout(CALL_TIMEOUT_MILLISECONDS, () => request.destroy(new Error(`no answer within ${CALL_TIMEOUT_MILLISECONDS} ms`)));
    request.on('error', (error) => {
      // A kept connection may be closed by the other side just as it is used again; a GET may be sent once more.
      error.reusedSocket = request.reusedSocket;
      reject(error);
    });
  });
}
