import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Service, ServiceSpec } from '../../../kubernetes/generated/core-v1.js';
import type { Endpoint, EndpointSlice } from '../../../kubernetes/generated/discovery-v1.js';
import { NOON, pod } from '../testing/objects.js';
import { decideEndpointSlices, hasOwnEndpoints } from './decide.js';
import { fill } from './fill.js';

const service = (spec: Partial<ServiceSpec> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', uid: 'uid-service', labels: { team: 'a' } },
  spec: { selector: { app: 'web' }, clusterIP: '10.96.0.1', ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }], ...spec },
});

const ready = (name: string, ip: string, more: Parameters<typeof pod>[1] = {}) => pod(name, { readySince: NOON, ip, node: 'n1', ...more });
const created = (of: Service, pods: ReturnType<typeof pod>[]): EndpointSlice[] => decideEndpointSlices({ service: of, pods, slices: [] }).create;

describe('the slices of a Service', () => {
  it('name the Pod, its node, its port and its state', () => {
    expect(created(service(), [ready('a', '10.244.0.1')])).toEqual([
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: '',
          generateName: 'web-',
          namespace: 'default',
          labels: { team: 'a', 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' },
          ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'uid-service', controller: true, blockOwnerDeletion: true }],
        },
        addressType: 'IPv4',
        endpoints: [
          {
            addresses: ['10.244.0.1'],
            conditions: { ready: true, serving: true, terminating: false },
            nodeName: 'n1',
            targetRef: { kind: 'Pod', name: 'a', namespace: 'default', uid: 'uid-a' },
          },
        ],
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      },
    ]);
  });

  it('tell serving from ready while a Pod terminates', () => {
    const leaving = ready('a', '10.244.0.1', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
    expect(created(service(), [leaving])[0]?.endpoints?.[0]?.conditions).toEqual({ ready: false, serving: true, terminating: true });
    const early = created(service({ publishNotReadyAddresses: true }), [pod('a', { ip: '10.244.0.1' })]);
    expect(early[0]?.endpoints?.[0]?.conditions).toEqual({ ready: true, serving: false, terminating: false });
  });

  it('leave out Pods without an address and finished ones, and mark headless Services', () => {
    const [slice] = created(service({ clusterIP: 'None' }), [pod('a'), ready('b', '10.244.0.2', { phase: 'Succeeded' })]);
    expect(slice).toMatchObject({ endpoints: [], ports: [], metadata: { labels: { 'service.kubernetes.io/headless': '' } } });
  });

  it('part Pods whose named port differs', () => {
    const other = ready('b', '10.244.0.2', { spec: { containers: [{ name: 'web', image: 'x', ports: [{ name: 'http', containerPort: 9090 }] }] } });
    expect(created(service(), [ready('a', '10.244.0.1'), other]).map(({ ports }) => ports?.[0]?.port)).toEqual([8080, 9090]);
  });

  it('change only where something changed, and keep one empty slice at the end', () => {
    const [first] = created(service(), [ready('a', '10.244.0.1')]);
    const slice = { ...first, metadata: { ...first?.metadata, name: 'web-x' } } as EndpointSlice;
    expect(decideEndpointSlices({ service: service(), pods: [ready('a', '10.244.0.1')], slices: [slice] })).toEqual({ create: [], update: [], delete: [] });
    const emptied = decideEndpointSlices({ service: service(), pods: [], slices: [slice] });
    expect(emptied).toMatchObject({ create: [], update: [{ metadata: { name: 'web-x' }, endpoints: [] }], delete: [] });
  });

  it('are left to others without a selector, or with an external name', () => {
    const { selector: _, ...withoutSelector } = service().spec ?? {};
    expect(hasOwnEndpoints({ ...service(), spec: withoutSelector })).toBe(false);
    expect(hasOwnEndpoints(service({ type: 'ExternalName' }))).toBe(false);
  });
});

describe('filling slices', () => {
  const endpoint = (number: number): Endpoint => ({ addresses: [`10.244.0.${number}`], targetRef: { kind: 'Pod', uid: `uid-${number}` } });
  const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 350 });

  it('puts each endpoint in one slice of at most 100 and moves none', () => {
    fc.assert(
      fc.property(numbers, numbers, (before, after) => {
        const slices = fill([], before.map(endpoint));
        const filled = fill(slices, after.map(endpoint));
        expect(filled.every((each) => each.length <= 100)).toBe(true);
        expect(filled.flat().map(({ addresses }) => addresses[0]).sort()).toEqual(after.map((each) => `10.244.0.${each}`).sort());
        slices.forEach((slice, index) => {
          const stayed = slice.filter((each) => after.includes(Number(each.targetRef?.uid?.slice(4))));
          expect(filled[index]?.slice(0, stayed.length)).toEqual(stayed);
        });
      }),
      { numRuns: 50 },
    );
  });
});
