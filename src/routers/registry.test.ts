import { expect, it } from 'vitest';
import { configuredRouter, routers } from './registry.js';

it('knows each router by its name, and finds the one that a policy chooses', () => {
  for (const [name, router] of Object.entries(routers)) expect(router.name.replaceAll('-', '')).toBe(name.toLowerCase());
  expect(configuredRouter({ istio: { settleSeconds: 1 } })).toEqual({ name: 'istio', router: routers.istio, config: { settleSeconds: 1 } });
  expect(configuredRouter({ service: {} })).toMatchObject({ name: 'service', config: {} });
  expect(configuredRouter(undefined)).toMatchObject({ name: 'none' });
});
