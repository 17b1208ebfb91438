import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { systemClock } from '../../src/ports/clock.js';
import { serin, type CommandResult } from './driven-shell.js';
import { folder } from './files.js';

const ending: (() => void)[] = [];
afterEach(() => ending.splice(0).forEach((end) => end()));

/** Runs a command on the cluster of a kubeconfig, over sockets. */
async function overSockets(port: number, ...args: string[]): Promise<CommandResult> {
  const { path, remove } = folder({
    kubeconfig: stringify({
      apiVersion: 'v1', kind: 'Config', 'current-context': 'here', contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
      clusters: [{ name: 'here', cluster: { server: `http://127.0.0.1:${port}` } }], users: [{ name: 'me', user: {} }],
    }),
  });
  ending.push(remove);
  return serin(undefined, [...args, '--kubeconfig', join(path, 'kubeconfig')], { connects: true, clock: systemClock });
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

it('prints what the API server warns of, once and beside the output', async () => {
  const port = await listening(createServer((_request, response) => {
    response.setHeader('warning', ['299 - "serin.dev/v1alpha1 ReleasePolicy is deprecated"', '299 - "use \\"v1\\""']);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicyList', metadata: { resourceVersion: '1' }, items: [] }));
  }));
  const { code, out, err } = await overSockets(port, 'get', 'policies', '-o', 'json');
  expect({ code, items: (JSON.parse(out) as { items: unknown }).items }).toEqual({ code: 0, items: [] });
  expect(err).toBe('Warning: serin.dev/v1alpha1 ReleasePolicy is deprecated\nWarning: use "v1"\n');
});

it('says in one line that the cluster cannot be reached', async () => {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  const { code, out, err } = await overSockets(port, 'get');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^serin: GET \S+: connect ECONNREFUSED 127\.0\.0\.1:\d+ \(is the API server running at this address\?\)\n$/);
});
