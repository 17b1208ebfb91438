import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { bodyText } from '../request/body-text.js';
import { startApi } from '../testing/local-client.js';
import { ProtobufError, ProtobufObjects } from './protobuf-objects.js';
import bodies from './testing/kubectl-bodies.json' with { type: 'json' };

const decoder = new ProtobufObjects();
const TYPE = 'application/vnd.kubernetes.protobuf';
const bodyOf = (plural: string): Buffer => Buffer.from(bodies.find(({ path }) => path.endsWith(`/${plural}`))?.body ?? '', 'base64');

describe('bodies of kubectl in protobuf', () => {
  it.each(bodies)('$path is taken like JSON', async ({ path, body }) => {
    const { transport } = startApi();
    const bytes = Buffer.from(body, 'base64');
    const answer = await transport.request({ method: 'POST', path, headers: { 'content-type': TYPE }, body: bodyText(bytes, TYPE) });
    expect(answer.status, answer.body).toBe(201);
    expect(answer.body).toBe((await startApi().call('POST', path, decoder.decode(bytes))).body);
  });

  it('hold what was asked for', () => {
    expect(decoder.decode(bodyOf('configmaps'))).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'c' }, data: { a: '1' } });
    expect(decoder.decode(bodyOf('secrets'))).toMatchObject({ data: { p: Buffer.from('w').toString('base64') } });
    expect(decoder.decode(bodyOf('services'))).toMatchObject({ spec: { ports: [{ port: 80, targetPort: 8080 }], type: 'ClusterIP' } });
    expect(decoder.decode(bodyOf('resourcequotas'))).toMatchObject({ spec: { hard: { pods: '10', 'limits.memory': '1Gi' } } });
    expect(decoder.decode(bodyOf('poddisruptionbudgets'))).toMatchObject({ spec: { minAvailable: '50%', selector: { matchLabels: { app: 'd' } } } });
    const container = { name: 'nginx', image: 'nginx:1', ports: [{ containerPort: 80 }] };
    expect(decoder.decode(bodyOf('deployments'))).toMatchObject({ apiVersion: 'apps/v1', spec: { replicas: 2, template: { spec: { containers: [container] } } } });
  });
});

describe('messages that JSON writes in another way', () => {
  const root = new protobuf.Root();
  root.addJSON(JSON.parse(readFileSync(new URL('../../../kubernetes/generated/protobuf.json', import.meta.url), 'utf8')).nested);
  const envelope = (fields: object): Buffer => {
    const unknown = root.lookupType('k8s.io.apimachinery.pkg.runtime.Unknown');
    return Buffer.concat([Buffer.from('k8s\0'), unknown.encode(unknown.fromObject(fields)).finish()]);
  };
  const body = (apiVersion: string, kind: string, name: string, message: object): Buffer => {
    const type = root.lookupType(name);
    return envelope({ typeMeta: { apiVersion, kind }, raw: type.encode(type.fromObject(message)).finish() });
  };

  it('are embedded structs, times, amounts and zero values', () => {
    const pod = {
      metadata: { name: 'p', creationTimestamp: {}, deletionTimestamp: { seconds: 1_700_000_000, nanos: 5 }, generation: 0 },
      spec: {
        terminationGracePeriodSeconds: 0,
        volumes: [{ name: 'v', volumeSource: { configMap: { localObjectReference: { name: 'c' }, defaultMode: 420 } } }],
        containers: [
          {
            name: 'c',
            image: '',
            env: [{ name: 'E', value: '', valueFrom: { secretKeyRef: { localObjectReference: { name: 's' }, key: 'k' } } }],
            resources: { limits: { cpu: { string: '100m' } } },
            readinessProbe: { handler: { httpGet: { path: '/', port: { type: 1, strVal: 'http' } } }, periodSeconds: 3 },
          },
        ],
      },
    };
    expect(decoder.decode(body('v1', 'Pod', 'k8s.io.api.core.v1.Pod', pod))).toEqual({
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'p', creationTimestamp: null, deletionTimestamp: '2023-11-14T22:13:20Z' },
      spec: {
        terminationGracePeriodSeconds: 0,
        volumes: [{ name: 'v', configMap: { name: 'c', defaultMode: 420 } }],
        containers: [
          {
            name: 'c',
            env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
            resources: { limits: { cpu: '100m' } },
            readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 3 },
          },
        ],
      },
    });
  });

  it('are micro times, raw JSON and options', () => {
    const lease = { metadata: { name: 'l', managedFields: [{ manager: 'm', fieldsV1: { Raw: Buffer.from('{"f:a":{}}') } }] }, spec: { renewTime: { seconds: 1, nanos: 2000 } } };
    expect(decoder.decode(body('coordination.k8s.io/v1', 'Lease', 'k8s.io.api.coordination.v1.Lease', lease))).toMatchObject({
      metadata: { managedFields: [{ manager: 'm', fieldsV1: { 'f:a': {} } }] },
      spec: { renewTime: '1970-01-01T00:00:01.000002Z' },
    });
    const options = { gracePeriodSeconds: 0, propagationPolicy: 'Foreground' };
    expect(decoder.decode(body('apps/v1', 'DeleteOptions', 'k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions', options))).toEqual({ apiVersion: 'apps/v1', kind: 'DeleteOptions', ...options });
  });

  it('may be JSON themselves, which can be broken', () => {
    const json = (text: string): Buffer => envelope({ typeMeta: { apiVersion: 'v1', kind: 'ConfigMap' }, contentType: 'application/json', raw: Buffer.from(text) });
    expect(decoder.decode(json('{"kind":"ConfigMap"}'))).toEqual({ kind: 'ConfigMap' });
    for (const text of ['{', '[]']) expect(() => decoder.decode(json(text))).toThrow(ProtobufError);
  });
});

describe('bad bodies', () => {
  it.each(['', '{}', 'k8s', 'k8s\0\xff\xff'])('%j is refused', (text) => {
    expect(() => decoder.decode(Buffer.from(text, 'latin1'))).toThrow(ProtobufError);
  });

  it('are answered with 400, for custom kinds with 415', async () => {
    const { transport } = startApi();
    const request = { method: 'POST', headers: { 'content-type': TYPE }, body: 'k8s\0\xff' } as const;
    const answer = await transport.request({ ...request, path: '/api/v1/namespaces/default/configmaps' });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).message).toMatch(/^the object provided is unrecognized \(must be of type ConfigMap\): .* \(6b387300ff\)$/);
    expect((await transport.request({ ...request, path: '/api/v1/nothings' })).status).toBe(404);
  });
});
