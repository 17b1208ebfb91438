import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Service } from '../../../../kubernetes/generated/core-v1.js';
import type { KindContext } from '../kind.js';
import { builtinKinds } from '../registry.js';
import { clusterIpRange } from './cluster-ip-range.js';

const kinds = (serviceRange: string, nodePorts = { from: 30000, to: 30003 }): ReturnType<typeof builtinKinds> => builtinKinds({ serviceRange, nodePorts });

function service(name: string, spec: Partial<NonNullable<Service['spec']>> = {}): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'team' }, spec: { ports: [{ port: 80 }], ...spec } };
}

function create(all: ReturnType<typeof builtinKinds>, stored: Service[], object: Service): string[] {
  const kind = all.find(({ resource }) => resource.kind === 'Service');
  if (kind === undefined) throw new Error('no Service');
  const context: KindContext = { now: 0, find: () => undefined, list: () => stored };
  kind.applyDefaults(object);
  const errors = [...kind.prepareForCreate(object, context), ...kind.validate(object)];
  if (errors.length === 0) stored.push(object);
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

describe('cluster IPs and node ports', () => {
  it('are chosen from the range, each once, until none is left', () => {
    const stored: Service[] = [];
    const all = kinds('10.97.0.0/29');
    for (let index = 0; index < 5; index += 1) expect(create(all, stored, service(`s${index}`))).toEqual([]);
    const addresses = stored.map(({ spec }) => spec?.clusterIP ?? '');
    expect(new Set(addresses).size).toBe(5);
    for (const address of addresses) expect(address).toMatch(/^10\.97\.0\.[2-6]$/);
    expect(create(all, stored, service('s5'))).toEqual(['spec.clusterIPs: Internal error: failed to allocate a serviceIP: range is full']);
  });

  it('are refused when taken or outside the range', () => {
    const stored: Service[] = [];
    const all = kinds('10.96.0.0/16');
    expect(create(all, stored, service('a', { type: 'NodePort', ports: [{ port: 80, nodePort: 30001 }] }))).toEqual([]);
    expect(create(all, stored, service('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 30001 }] }))).toEqual([
      'spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
    ]);
    expect(create(all, stored, service('c', { type: 'NodePort', ports: [{ port: 80, nodePort: 99 }] }))).toEqual([
      'spec.ports[0].nodePort: Invalid value: 99: provided port is not in the valid range. The range of valid ports is 30000-30003',
    ]);
  });

  it('lie in the range, whatever it is', () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(223), fc.nat(255), fc.nat(255), fc.nat(255)), fc.integer({ min: 8, max: 30 }), fc.string(), (parts, bits, seed) => {
        const range = clusterIpRange(`${parts.join('.')}/${bits}`);
        const chosen = range.choose(new Set(), seed);
        expect(chosen !== undefined && range.contains(chosen)).toBe(true);
      }),
    );
  });

  it('need a range that is one', () => {
    expect(() => kinds('fd00::/108')).toThrow('is not an IPv4 range');
  });
});
