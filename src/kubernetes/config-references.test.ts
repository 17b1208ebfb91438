import { expect, it } from 'vitest';
import { configReferences } from './config-references.js';

it('finds every ConfigMap and Secret of a Pod once, wherever it is used, in a fixed order', () => {
  expect(
    configReferences({
      volumes: [
        { name: 'a', configMap: { name: 'files' } },
        { name: 'b', secret: { secretName: 'tls' } },
        { name: 'c', projected: { sources: [{ configMap: { name: 'files' } }, { secret: { name: 'token' } }, { serviceAccountToken: { path: 'x' } }] } },
        { name: 'd', emptyDir: {} },
        { name: 'e', configMap: { name: '' } },
      ],
      initContainers: [{ name: 'init', envFrom: [{ secretRef: { name: 'init' } }] }],
      containers: [
        { name: 'web', envFrom: [{ configMapRef: { name: 'settings' } }], env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } }, { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b' } } }, { name: 'C', value: 'plain' }] },
      ],
    }),
  ).toEqual([
    { kind: 'ConfigMap', name: 'files' }, { kind: 'ConfigMap', name: 'settings' },
    { kind: 'Secret', name: 'init' }, { kind: 'Secret', name: 'keys' }, { kind: 'Secret', name: 'tls' }, { kind: 'Secret', name: 'token' },
  ]);
  expect(configReferences({ containers: [] })).toEqual([]);
});
