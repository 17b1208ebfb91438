import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import { goJson } from './go-json.js';
import { possibleHashes, rolloutsHash } from './pod-template-hash.js';

const pods = (name: string, image: string, memory: string, containerPort: number, more: object = {}): PodTemplateSpec => ({
  metadata: { name: '', labels: { app: name } },
  spec: { ...more, containers: [{ name, image, ports: [{ name: 'http', containerPort, protocol: 'TCP' }], resources: { requests: { memory, cpu: '5m' } } }] },
});
const demo = (colour: string): PodTemplateSpec => pods('rollouts-demo', `argoproj/rollouts-demo:${colour}`, '32Mi', 8080);

describe('rollouts-pod-template-hash', () => {
  // As Argo Rollouts names them in public examples.
  it.each([['blue', '687d76d795'], ['yellow', '6cf78c66c5'], ['red', '5747959bdb']])('of the demo in %s is %s', (colour, hash) => {
    expect(rolloutsHash(demo(colour), undefined, '1.8')).toBe(hash);
    expect(possibleHashes(demo(colour))).toContain(hash);
  });

  // As its own tests expect them.
  it.each([['canary-scaledowndelay', {}, '66597877b7', '674d8cf959'], ['dynamic-stable-scale', { readinessGates: [{ conditionType: 'argoproj.io/e2e-readiness' }] }, '868d98995b', '6b56c8cdb4']])('of %s changed in 1.9', (name, more, before, since) => {
    const template = pods(name, 'nginx:1.19-alpine', '16Mi', 80, more);
    expect([rolloutsHash(template, undefined, '1.8'), rolloutsHash(template)]).toEqual([before, since]);
    expect(possibleHashes(template)).toEqual([since, before]);
  });

  it('does not depend on how the template is written', () => {
    const { metadata, spec } = demo('blue');
    const container = spec?.containers[0];
    const other = { spec: { containers: [{ ...container, resources: { requests: { cpu: '0.005', memory: '32Mi' } }, ports: [{ containerPort: 8080, name: 'http' }], env: [] }], hostNetwork: false }, metadata };
    expect(rolloutsHash(other as PodTemplateSpec, undefined, '1.8')).toBe('687d76d795');
  });

  it('changes with the count of collisions, and with anything that Pods are made of', () => {
    const hashes = [rolloutsHash(demo('blue')), ...[0, 1, 300].map((count) => rolloutsHash(demo('blue'), count)), rolloutsHash({ ...demo('blue'), metadata: { name: '', labels: { app: 'rollouts-demo', x: 'y' } } })];
    expect(new Set(hashes).size).toBe(hashes.length);
    fc.assert(fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
      fc.pre(a !== b);
      expect(goJson(demo(a), 'PodTemplateSpec')).not.toBe(goJson(demo(b), 'PodTemplateSpec'));
    }));
  });
});

describe('JSON as Go writes it', () => {
  it('keeps the order of the struct, sorts maps, and leaves out what is empty', () => {
    const template = {
      spec: { containers: [{ image: 'a<b>&', name: 'web', env: [{ name: 'A' }], securityContext: {}, livenessProbe: { periodSeconds: 5, httpGet: { port: 'http', path: '/' } }, unknown: 1 }], restartPolicy: '', terminationGracePeriodSeconds: 0 },
      metadata: { labels: { b: '2', a: '' }, name: '' },
    };
    expect(goJson(template, 'PodTemplateSpec', true)).toBe(
      '{"metadata":{"creationTimestamp":null,"labels":{"a":"","b":"2"}},"spec":{"containers":[{"name":"web","image":"a\\u003cb\\u003e\\u0026","env":[{"name":"A"}],"resources":{},"livenessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":5},"securityContext":{}}],"terminationGracePeriodSeconds":0}}',
    );
    expect(goJson({}, 'PodTemplateSpec', true)).toBe('{"metadata":{"creationTimestamp":null},"spec":{"containers":null}}');
    expect(goJson({}, 'PodTemplateSpec')).toBe('{"metadata":{},"spec":{"containers":null}}');
  });
});
