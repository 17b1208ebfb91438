import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './local-cluster.js';

/** The built command; another build than `dist` is tested with SERIN_DIST. */
const CLI = join(process.env['SERIN_DIST'] ?? join(import.meta.dirname, '../../dist'), 'cli/main.js');

/** What a request was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

/** Somebody who makes requests. */
export interface Visitor {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** A server as a process of its own. */
export interface Served {
  /** Without a slash at its end. */
  readonly url: string;
  /** What it printed, and after that its log. */
  output(): string;
  /** Entries of the audit log so far. */
  audit(): Record<string, unknown>[];
  /** Somebody with these headers, such as a token. */
  visitor(headers?: Readonly<Record<string, string>>): Visitor;
  /** Ends it as Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>;
}

/** `serin dashboard` while it runs. */
export interface ServedPage extends Served {
  /** The link that it printed: good once. */
  readonly link: string;
  /** Opens the link as a browser does; from then on with cookie and CSRF header. */
  signIn(): Promise<Visitor>;
}

/** Starts `serin dashboard` with this kubeconfig, and waits until it has printed its link. @throws Error with what it printed when it ends before */
export async function servePage(kubeconfig: string, ...args: string[]): Promise<ServedPage> {
  const { found: link, ...served } = await start(['dashboard', '--no-open', '--kubeconfig', kubeconfig, ...args], /http:\/\/\S+\/sign-in\?code=\S+/);
  return {
    ...served, link,
    async signIn() {
      const answer = await ask(link, { redirect: 'manual' });
      return withSession(served, answer);
    },
  };
}

/** Starts `serin server` with this kubeconfig on a free port of loopback, and waits until it listens. @throws Error with what it printed when it ends before */
export async function serveTogether(kubeconfig: string, ...args: string[]): Promise<Served> {
  const { found: _url, ...served } = await start(['server', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig, ...args], /(?<="url":")http:[^"]+/);
  return served;
}

/** Somebody with the cookie of this answer, and what a page sends with it. */
export async function withSession(served: Pick<Served, 'visitor'>, answer: Answer): Promise<Visitor> {
  const cookie = answer.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ');
  const session = await served.visitor({ cookie }).get('/api/v1/session');
  return served.visitor({ cookie, 'x-serin-csrf': field(session.body, 'csrf') });
}

async function start(args: readonly string[], pattern: RegExp): Promise<Served & { readonly found: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [printed, logged] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (logged += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const output = (): string => printed + logged;
  const found = await eventually(`serin ${args[0]} serves`, () => {
    if (child.exitCode !== null) throw new Error(`serin ${args[0]} ended with ${child.exitCode}: ${output()}`);
    return Promise.resolve(pattern.exec(output())?.[0]);
  }, 30, output);
  const { origin: url } = new URL(found);
  return {
    url, found, output,
    visitor: (always) => visitorOf(url, always),
    audit: () => auditIn(logged),
    stop() {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/** Somebody with these headers. @param url without a slash at its end */
export function visitorOf(url: string, always: Readonly<Record<string, string>> = {}): Visitor {
  return {
    get: (path) => ask(`${url}${path}`, { headers: always, redirect: 'manual' }),
    post: (path, body, headers = {}) =>
      ask(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...always, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}

/** The entries of the audit log in what a server logged. */
export const auditIn = (logged: string): Record<string, unknown>[] => logged.split('\n').filter((line) => line.includes('"log":"audit"')).map((line) => JSON.parse(line) as Record<string, unknown>);

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) as unknown : text };
}

/** A text in an answer. @throws Error where there is none */
export function field(body: unknown, ...path: string[]): string {
  const value = path.reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined), body);
  if (typeof value !== 'string') throw new Error(`${path.join('.')} is no text in ${JSON.stringify(body)}`);
  return value;
}
