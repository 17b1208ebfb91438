import { expect, it } from 'vitest';
import { Driver } from './driver.js';

it('the controller watches each kind once, however many routers look at it', async () => {
  const watched: string[] = [];
  const driver = new Driver({
    seed: 85,
    controllerTransport: (inner) => ({
      request: (request) => inner.request(request),
      stream: (request) => (watched.push(request.path.replace(/\?.*/, '')), inner.stream(request)),
    }),
  });
  await driver.start();
  expect(watched).toContain('/api/v1/pods');
  expect([...watched].sort()).toEqual([...new Set(watched)].sort());
  await driver.stop();
});
