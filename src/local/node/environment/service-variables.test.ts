import { expect, it } from 'vitest';
import type { Service } from '../../../kubernetes/generated/core-v1.js';
import { toldServices } from './service-variables.js';

const service = (namespace: string, name: string): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { namespace, name }, spec: {} });
const all = [service('default', 'kubernetes'), service('default', 'web'), service('shop', 'cart')];
const told = (namespace: string, links?: boolean, services = all): string[] =>
  toldServices((each) => services.filter(({ metadata }) => metadata.namespace === each), namespace, links).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

it('a Pod is told of the API server always, of the Services of its namespace unless it wants none', () => {
  expect(told('shop')).toEqual(['shop/cart', 'default/kubernetes']);
  expect(told('shop', false)).toEqual(['default/kubernetes']);
  expect(told('default')).toEqual(['default/kubernetes', 'default/web']);
  expect(told('shop', true, [...all, service('shop', 'kubernetes')])).toEqual(['shop/cart', 'shop/kubernetes']);
});
