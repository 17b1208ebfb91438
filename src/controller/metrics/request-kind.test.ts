import { expect, it } from 'vitest';
import type { ApiRequest } from '../../ports/transport.js';
import { requestKind } from './request-kind.js';

const kind = (method: ApiRequest['method'], path: string, query = '', contentType = ''): string => {
  const { verb, resource } = requestKind({ method, path, query: new URLSearchParams(query), headers: { 'content-type': contentType } });
  return `${verb} ${resource}`;
};

it.each([
  ['GET', '/api/v1/pods', '', 'list pods'],
  ['GET', '/api/v1/pods', 'watch=true&resourceVersion=7', 'watch pods'],
  ['GET', '/api/v1/namespaces/shop/pods', '', 'list pods'],
  ['GET', '/api/v1/namespaces/shop/pods/web-1', '', 'get pods'],
  ['GET', '/api/v1/namespaces/shop', '', 'get namespaces'],
  ['GET', '/api/v1/namespaces', '', 'list namespaces'],
  ['POST', '/apis/apps/v1/namespaces/shop/replicasets', '', 'create replicasets'],
  ['PUT', '/apis/serin.dev/v1alpha1/namespaces/shop/releases/web-1/status', '', 'update releases'],
  ['DELETE', '/apis/batch/v1/namespaces/shop/jobs/check', '', 'delete jobs'],
  ['GET', '/apis/networking.istio.io/v1', '', 'get other'],
  ['GET', '/version', '', 'get other'],
  ['GET', '/apis/example.com/v1/namespaces/shop/things-4711', '', 'get other'],
] as const)('%s %s %s', (method, path, query, expected) => {
  expect(kind(method, path, query)).toBe(expected);
});

it('tells an apply from a patch', () => {
  expect(kind('PATCH', '/apis/apps/v1/namespaces/shop/deployments/web', '', 'application/merge-patch+json')).toBe('patch deployments');
  expect(kind('PATCH', '/apis/apps/v1/namespaces/shop/deployments/web', '', 'application/apply-patch+yaml')).toBe('apply deployments');
});
