import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { freePort } from '../src/local/addresses/free-port.js';
import { processorSeconds } from './harness/machine.js';
import { digits, median, times } from './harness/numbers.js';
import { run, start, startProgram } from './harness/processes.js';
import { NotRun, type Bench, type Subject } from './harness/subject.js';
import type { Table } from './harness/table.js';
import { ensureNginx, findTool, pinnedTo } from './harness/tools.js';

const SIZES = [1024, 65_536];
const CONNECTIONS = 32;
const SECONDS = 2;
const PASSES = 5;
/** The proxy under test has this one to itself; upstream and load share the other. */
const PROXY = 0;
const OTHERS = 1;

interface Proxy {
  readonly name: string;
  readonly port: number;
  /** Undefined where there is none: the upstream itself. */
  readonly pid: number | undefined;
}

interface Pass {
  readonly perSecond: number;
  readonly p99: number;
  readonly perProcessorSecond: number;
}

export const gateway: Subject = {
  name: 'gateway',
  title: 'Local gateway against nginx as a reverse proxy',
  about:
    'GET requests over kept-alive connections through one proxy at a time, in alternating passes; the proxy is pinned to one processor, upstream and load to another. ' +
    'The gateway routes by a VirtualService and keeps the metrics of both sidecars; nginx (one worker, kept-alive upstream connections, no log) and the plain Node proxy do neither. ' +
    '"Per processor second" divides by what the proxy itself used, so that it holds where the load or others were the limit. ' +
    'It does not measure uploads, TLS, many routes, or the hop from Pod to Pod.',
  async measure(bench) {
    const proxies = await startProxies(bench);
    const rows: string[][] = [];
    const findings: string[] = [];
    for (const size of SIZES) {
      const measured = new Map<string, Pass[]>(proxies.map(({ name }) => [name, []]));
      for (const proxy of proxies) await pass(proxy, size, 1);
      for (let turn = 0; turn < PASSES; turn++) {
        // Whoever is first in one turn is last in the next, so that a machine that gets slower or faster favours nobody.
        for (const proxy of turn % 2 === 0 ? proxies : [...proxies].reverse()) measured.get(proxy.name)?.push(await pass(proxy, size, SECONDS));
      }
      summarise(size, measured, rows, findings);
    }
    if (pinnedTo(PROXY).length === 0) findings.push('Not pinned: taskset or a second processor is missing.');
    return { columns: ['proxy', 'body', 'requests/s', 'of nginx', 'of plain Node', 'p99', 'p99 of nginx', 'requests per processor second', 'of nginx'], rows, findings } satisfies Table;
  },
};

async function startProxies({ owner, note }: Bench): Promise<Proxy[]> {
  if (findTool('wrk') === undefined) note('no wrk: its own load generator takes more of the processor that it shares with the upstream');
  const own = await startProgram(owner, PROXY, 'local-gateway');
  const upstream = own.said['upstream'] ?? 0;
  const nginx = ensureNginx(note);
  const direct: Proxy = { name: 'none (the limit)', port: upstream, pid: undefined };
  if (nginx === undefined) await startProgram(owner, OTHERS, 'upstream', String(upstream));
  else await startNginx(owner, OTHERS, nginx, await staticSite(await owner.directory(), upstream));
  const plain = await startProgram(owner, PROXY, 'plain-proxy', String(upstream));
  const proxies: Proxy[] = [direct, { name: 'local gateway', port: own.said['port'] ?? 0, pid: own.pid }, { name: 'plain Node', port: plain.said['port'] ?? 0, pid: plain.pid }];
  if (nginx === undefined) return proxies;
  const port = await freePort('127.0.0.1');
  const pid = await startNginx(owner, PROXY, nginx, await reverseProxy(await owner.directory(), port, upstream));
  return [...proxies, { name: 'nginx', port, pid }];
}

/** @returns the process id of its one worker, which is the master's too */
async function startNginx(owner: Bench['owner'], processor: number, nginx: string, configuration: string): Promise<number> {
  const child = start(owner, processor, [nginx, '-c', configuration, '-e', 'stderr']);
  const port = Number(/listen 127\.0\.0\.1:(\d+)/.exec(readFileSync(configuration, 'utf8'))?.[1]);
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new NotRun(`nginx ended with ${child.exitCode}`);
    if (await answers(port)) return child.pid ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new NotRun('nginx did not listen within 5 s');
}

const answers = (port: number): Promise<boolean> => fetch(`http://127.0.0.1:${port}/1024`).then(async (answer) => (await answer.arrayBuffer(), true), () => false);

const nginxFrame = (directory: string, http: string): string => `
daemon off; master_process off; pid ${directory}/pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 100000000; default_type application/octet-stream;
  client_body_temp_path ${directory}/a; proxy_temp_path ${directory}/b; fastcgi_temp_path ${directory}/c; uwsgi_temp_path ${directory}/d; scgi_temp_path ${directory}/e;
  ${http}
}
`;

async function staticSite(directory: string, port: number): Promise<string> {
  for (const size of SIZES) await writeFile(join(directory, String(size)), Buffer.alloc(size, 'x'));
  const file = join(directory, 'nginx.conf');
  await writeFile(file, nginxFrame(directory, `open_file_cache max=10; sendfile on; tcp_nopush on; server { listen 127.0.0.1:${port}; root ${directory}; }`));
  return file;
}

async function reverseProxy(directory: string, port: number, upstream: number): Promise<string> {
  const file = join(directory, 'nginx.conf');
  // Buffers that hold the largest body, so that nothing goes to disk.
  const location = 'location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_buffers 16 16k; proxy_busy_buffers_size 64k; }';
  await writeFile(file, nginxFrame(directory, `upstream up { server 127.0.0.1:${upstream}; keepalive 128; keepalive_requests 100000000; } server { listen 127.0.0.1:${port}; ${location} }`));
  return file;
}

async function pass({ port, pid }: Proxy, size: number, seconds: number): Promise<Pass> {
  const url = `http://127.0.0.1:${port}/${size}`;
  const before = pid === undefined ? Number.NaN : processorSeconds(pid);
  const { perSecond, p99, count } = await load(url, seconds);
  return { perSecond, p99, perProcessorSecond: count / ((pid === undefined ? Number.NaN : processorSeconds(pid)) - before) };
}

async function load(url: string, seconds: number): Promise<{ perSecond: number; p99: number; count: number }> {
  const wrk = findTool('wrk');
  if (wrk === undefined) {
    const said = JSON.parse(await run(OTHERS, [process.execPath, new URL('programs/closed-load.js', import.meta.url).pathname, url, String(CONNECTIONS), String(seconds)])) as { perSecond: number; p99: number; failed: number };
    if (said.failed > 0) throw new Error(`${said.failed} requests to ${url} failed`);
    return { ...said, count: said.perSecond * seconds };
  }
  const text = await run(OTHERS, [wrk, '--threads', '1', '--connections', String(CONNECTIONS), '--duration', `${seconds}s`, '--latency', url]);
  const failures = /Non-2xx or 3xx responses: (\d+)|Socket errors: .*/.exec(text);
  if (failures) throw new Error(`${url}: ${failures[0]}`);
  const [, amount = '', unit = 'ms'] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? [];
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p99: Number(amount) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? 1),
    count: Number(/(\d+) requests in/.exec(text)?.[1]),
  };
}

function summarise(size: number, measured: ReadonlyMap<string, readonly Pass[]>, rows: string[][], findings: string[]): void {
  const middle = (name: string, field: keyof Pass): number => median((measured.get(name) ?? []).map((each) => each[field]));
  const body = `${size / 1024} KB`;
  for (const name of measured.keys()) {
    const rate = middle(name, 'perSecond');
    rows.push([
      name, body, digits(rate), times(rate, middle('nginx', 'perSecond')), times(rate, middle('plain Node', 'perSecond')),
      `${digits(middle(name, 'p99'))} ms`, times(middle(name, 'p99'), middle('nginx', 'p99')),
      digits(middle(name, 'perProcessorSecond')), times(middle(name, 'perProcessorSecond'), middle('nginx', 'perProcessorSecond')),
    ]);
  }
  if (!measured.has('nginx')) findings.push(`${body}: against nginx NOT RUN: it is not installed (Debian: apt-get install nginx-light).`);
  const spread = (measured.get('local gateway') ?? []).map(({ perSecond }) => digits(perSecond)).join(', ');
  findings.push(`${body}: the gateway's passes, in requests per second: ${spread}.`);
}
