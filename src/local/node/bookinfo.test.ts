import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseImageTable } from './images/image-table.js';

const EXAMPLE = fileURLToPath(new URL('../../../examples/bookinfo/', import.meta.url));
const images = parseImageTable(readFileSync(`${EXAMPLE}images.json`, 'utf8'), `${EXAMPLE}images.json`);
const children: ChildProcess[] = [];
const ports = new Map<string, number>();
const seen: { url: string; headers: http.IncomingHttpHeaders }[] = [];

/** Stands for the mesh: sends each request to the server that the name in its absolute URL names. */
const proxy = http.createServer((request, response) => {
  seen.push({ url: request.url ?? '', headers: request.headers });
  const url = new URL(request.url ?? '');
  const port = ports.get(url.hostname);
  const onward = http.request({ port, host: '127.0.0.1', path: url.pathname, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(503).end());
  request.pipe(onward);
});

async function start(image: string, name: string): Promise<ChildProcess> {
  const entry = images.find(({ pattern }) => pattern === image)?.image;
  if (entry === undefined) throw new Error(`${image} is in no table`);
  const [, ...args] = entry.command;
  const { port } = proxy.address() as AddressInfo;
  const env = { ...entry.env, PORT: '0', HOST: '127.0.0.1', HTTP_PROXY: `http://127.0.0.1:${port}` };
  const child = spawn(process.execPath, args, { cwd: entry.workingDirectory, env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  ports.set(name, Number(/:(\d+)\s*$/.exec(String(line))?.[1]));
  return child;
}

beforeAll(async () => {
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  await Promise.all([
    start('bookinfo/productpage:v1', 'productpage'),
    start('bookinfo/details:v1', 'details'),
    start('bookinfo/ratings:v1', 'ratings'),
    start('bookinfo/reviews:v3', 'reviews'),
    start('bookinfo/reviews:v1', 'reviews-v1'),
    start('bookinfo/reviews:v4', 'reviews-v4'),
  ]);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  proxy.closeAllConnections();
  proxy.close();
});

const ask = (server: string, path: string, headers: Record<string, string> = {}) => fetch(`http://127.0.0.1:${ports.get(server)}${path}`, { headers });

it('shows a page with the stars of the version, through the proxy', async () => {
  const answer = await ask('productpage', '/productpage', { 'x-request-id': 'r1', 'end-user': 'jason', cookie: 'a=b' });
  expect(answer.headers.get('x-version')).toBe('v1');
  expect(answer.headers.get('x-reviews-version')).toBe('v3');
  expect(answer.headers.get('content-type')).toContain('text/html');
  const page = await answer.text();
  expect(page).toContain('color: red');
  expect(page).toContain('★★★★☆');
  expect(page).toContain('ISBN-13');
  expect(seen.map(({ url }) => url).sort()).toEqual(['http://details:9080/details/0', 'http://ratings:9080/ratings/0', 'http://reviews:9080/reviews/0']);
  for (const { headers, url } of seen) expect(headers).toMatchObject({ 'x-request-id': 'r1', 'end-user': 'jason', cookie: 'a=b', host: new URL(url).host });
});

it('has no stars in v1, and fails the percentage of requests that it is told to in v4', async () => {
  expect(await (await ask('reviews-v1', '/reviews/0')).text()).not.toContain('rating');
  const statuses: number[] = [];
  for (let request = 0; request < 20; request += 1) statuses.push((await ask('reviews-v4', '/reviews/0')).status);
  expect(statuses.filter((status) => status === 500)).toHaveLength(6);
});

it('answers 404 and health, and says on the page what is missing', async () => {
  expect((await ask('details', '/nothing')).status).toBe(404);
  expect(await (await ask('ratings', '/health')).json()).toEqual({ status: 'healthy' });
  const reviews = ports.get('reviews');
  ports.set('reviews', 1);
  const answer = await ask('productpage', '/productpage');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('x-reviews-status')).toBe('503');
  expect(await answer.text()).toContain('Reviews are not available at the moment.');
  expect((await ask('productpage', '/api/v1/products/0/reviews')).status).toBe(503);
  if (reviews !== undefined) ports.set('reviews', reviews);
});

it('finishes what is open when it is told to end', async () => {
  const child = await start('bookinfo/reviews:v2', 'ending');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = (): Promise<http.IncomingMessage> =>
    new Promise((resolve, reject) => {
      http.get({ port: ports.get('ending'), host: '127.0.0.1', path: '/reviews/0', agent }, (answer) => answer.resume().on('end', () => resolve(answer))).on('error', reject);
    });
  expect((await get()).headers.connection).toBe('keep-alive');
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  let last: http.IncomingMessage;
  do last = await get();
  while (last.headers.connection !== 'close');
  expect(last.statusCode).toBe(200);
  expect(await exited).toEqual([0, null]);
});
