import { expect, it } from 'vitest';
import { proxyFor } from './proxy.js';

const HTTPS_PROXY = 'http://proxy:3128';

it.each([
  ['https://api.example.org', {}, undefined],
  ['https://api.example.org', { HTTPS_PROXY }, HTTPS_PROXY],
  ['https://api.example.org', { https_proxy: 'proxy:3128' }, HTTPS_PROXY],
  ['http://api.example.org', { HTTPS_PROXY }, undefined],
  ['https://127.0.0.1:6443', { HTTPS_PROXY }, undefined],
  ['https://localhost', { HTTPS_PROXY }, undefined],
  ['https://api.example.org', { HTTPS_PROXY, NO_PROXY: '*' }, undefined],
  ['https://api.example.org', { HTTPS_PROXY, NO_PROXY: 'other.org, example.org' }, undefined],
  ['https://API.example.org', { HTTPS_PROXY, NO_PROXY: '.example.org' }, undefined],
  ['https://example.org', { HTTPS_PROXY, NO_PROXY: '.example.org' }, HTTPS_PROXY],
  ['https://notexample.org', { HTTPS_PROXY, NO_PROXY: 'example.org' }, HTTPS_PROXY],
  ['https://api.example.org:6443', { HTTPS_PROXY, NO_PROXY: 'api.example.org:443' }, HTTPS_PROXY],
  ['https://api.example.org', { HTTPS_PROXY, NO_PROXY: 'api.example.org:443' }, undefined],
  ['https://10.96.0.1', { HTTPS_PROXY, NO_PROXY: '10.96.0.0/12' }, undefined],
  ['https://10.112.0.1', { HTTPS_PROXY, no_proxy: '10.96.0.0/12' }, HTTPS_PROXY],
  ['https://[fd00::1]:6443', { HTTPS_PROXY, NO_PROXY: 'fd00::/8' }, undefined],
  ['https://[fd00::1]:6443', { HTTPS_PROXY, NO_PROXY: 'fd00::1' }, undefined],
])('the proxy for %s in %j is %s', (server, env, proxy) => {
  expect(proxyFor(server, env)).toBe(proxy);
});
