import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ask, shareProblem } from '../../scenarios/doors.js';
import { Backend } from './backend.js';
import { weightedBootstrap } from './envoy-bootstrap.js';
import { startEnvoy } from './envoy.js';
import { freePort } from './free-port.js';

const REQUESTS = 2_000;

it('Envoy alone: the share that real clients count is the share asked', async ({ signal }) => {
  const directory = await mkdtemp(join(tmpdir(), 'serin-envoy-'));
  const [port, listener] = [await freePort(), await freePort()];
  const backends = [await Backend.start('v1', ['127.0.0.2'], port), await Backend.start('v2', ['127.0.0.3'], port)];
  const shares = { stable: { weight: 80, host: '127.0.0.2', port }, canary: { weight: 20, host: '127.0.0.3', port } };
  const envoy = await startEnvoy('envoy', directory, (admin) => weightedBootstrap(listener, shares, admin), signal);
  try {
    const { versions, failed } = await ask({ url: `http://127.0.0.1:${listener}/`, headers: {} }, REQUESTS);
    expect(failed).toBe(0);
    expect(shareProblem(versions['v2'] ?? 0, REQUESTS, 0.2)).toBeUndefined();
    expect((versions['v1'] ?? 0) + (versions['v2'] ?? 0)).toBe(REQUESTS);
  } finally {
    await envoy.stop();
    await Promise.all(backends.map((backend) => backend.stop()));
    await rm(directory, { recursive: true, force: true });
  }
});
