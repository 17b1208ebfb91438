import { expect, test } from 'vitest';
import type { PodTemplateSpec } from './generated/core-v1.js';
import { equalTemplates, hashTemplate } from './pod-template.js';

const written = {
  metadata: { labels: { app: 'web' } },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'web:v1',
        ports: [{ containerPort: 80 }],
        readinessProbe: { httpGet: { port: 80 } },
        resources: { limits: { cpu: '1000m', memory: '1024Mi' } },
        stdin: false,
        command: [],
        env: [{ name: 'A', value: '' }],
      },
    ],
    volumes: [{ name: 'v' }],
  },
} as unknown as PodTemplateSpec;

const live = {
  metadata: { creationTimestamp: null, labels: { app: 'web', 'pod-template-hash': 'abc' } },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'web:v1',
        imagePullPolicy: 'IfNotPresent',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        readinessProbe: { httpGet: { port: 80, path: '/', scheme: 'HTTP' }, failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 },
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
        env: [{ name: 'A' }],
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
      },
    ],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    volumes: [{ name: 'v', emptyDir: {} }],
  },
} as unknown as PodTemplateSpec;

const withImage = (image: string): PodTemplateSpec => {
  const copy = structuredClone(written);
  const container = copy.spec?.containers[0];
  if (container) container.image = image;
  return copy;
};

test('what was written equals what a server hands back', () => {
  expect(equalTemplates(written, live)).toBe(true);
  expect(hashTemplate(written)).toBe(hashTemplate(live));
});

test('null and empty are as good as absent, as for a server', () => {
  const container = { name: 'web', image: 'web:v1', resources: null, livenessProbe: null, lifecycle: null, ports: null, env: null };
  const spec = { containers: [container], initContainers: null, securityContext: null, volumes: [{ name: 'v', secret: null, emptyDir: {} }], serviceAccountName: '', serviceAccount: 'robot' };
  const plain = { containers: [{ name: 'web', image: 'web:v1' }], volumes: [{ name: 'v', emptyDir: {} }], serviceAccountName: 'robot' };
  expect(equalTemplates({ metadata: null, spec } as unknown as PodTemplateSpec, { spec: plain })).toBe(true);
});

test('another image, an empty label value or another order of containers is another version', () => {
  expect(equalTemplates(written, withImage('web:v2'))).toBe(false);
  expect(equalTemplates({ metadata: { name: '', labels: { a: '' } } }, { metadata: { name: '', labels: {} } })).toBe(false);
  expect(hashTemplate(written)).not.toBe(hashTemplate(withImage('web:v2')));
});

test('hashes are short, safe in names, stable, and move with the collision count', () => {
  expect(hashTemplate(written)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  expect(new Set([hashTemplate(written), hashTemplate(written, 0), hashTemplate(written, 1)]).size).toBe(3);
});
