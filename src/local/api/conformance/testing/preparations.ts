import type { ApiRequest } from '../../../../ports/transport.js';

/** A request that was made before a case but not recorded. */
export interface Preparation {
  readonly method: ApiRequest['method'];
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The version that the real server gave what this creates, where later cases speak of it. */
  readonly recordedVersion?: string;
}

const configMap = (namespace: string, name: string, rest: object): Preparation => ({
  method: 'POST',
  path: `/api/v1/namespaces/${namespace}/configmaps`,
  body: { metadata: { name, ...('labels' in rest ? { labels: rest.labels } : {}) }, ...('data' in rest ? { data: rest.data } : {}) },
});

const plain = (name: string): Preparation => configMap('conf-del', name, {});

const container = (name: string, rest: object = {}): object => ({ name, image: `${name}:v1`, ...rest });

/** By the id of the case that needs them. */
export const preparations: Readonly<Record<string, readonly Preparation[]>> = {
  A184: [
    { method: 'POST', path: '/api/v1/namespaces/conf-wl/pods', body: { metadata: { name: 'ev', labels: { app: 'ev' } }, spec: { containers: [container('web')] } } },
  ],
  A432: [
    {
      method: 'POST',
      path: '/apis/lab.serin.test/v1/namespaces/conf-crd/widgets',
      body: { apiVersion: 'lab.serin.test/v1', kind: 'Widget', metadata: { name: 'wheld', finalizers: ['serin.test/hold'] }, spec: { size: 1 } },
    },
  ],
  A435: [
    {
      method: 'PATCH',
      path: '/apis/lab.serin.test/v1/namespaces/conf-crd/widgets/wheld',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { metadata: { finalizers: null } },
    },
  ],
  A448: [{ method: 'POST', path: '/api/v1/namespaces/conf-auth/serviceaccounts', body: { metadata: { name: 'sa' } } }],
  A458: [
    {
      method: 'POST',
      path: '/apis/rbac.authorization.k8s.io/v1/namespaces/conf-auth/rolebindings',
      body: {
        metadata: { name: 'rb' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
      },
    },
  ],
  // Ours does not estimate costs and took what A379 was refused for.
  A380: [{ method: 'DELETE', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.lab.serin.test' }],
  A077: [{ method: 'DELETE', path: '/apis/apps/v1/namespaces/conf-fv/deployments/u' }],
  A078: [{ method: 'DELETE', path: '/apis/apps/v1/namespaces/conf-fv/deployments/u' }],
  A342: [plain('a')],
  A350: [plain('bg')],
  A352: [plain('fg')],
  A359: [plain('or')],
  A361: [plain('t1'), plain('t2')],
  A365: [plain('t3'), plain('t4')],
  A194: [0, 1, 2, 3, 4, 5, 6].map((n) => ({
    ...configMap('conf-list', `c${n}`, { labels: { n: String(n), par: n % 2 === 0 ? 'even' : 'odd' }, data: { i: String(n) } }),
    recordedVersion: String(5669 + n),
  })),
  A251: [
    configMap('conf-patch', 'c', { labels: { x: '1' }, data: { a: '1', b: '2' } }),
    {
      method: 'POST',
      path: '/apis/apps/v1/namespaces/conf-patch/deployments',
      body: {
        metadata: { name: 'd' },
        spec: {
          replicas: 0,
          paused: true,
          selector: { matchLabels: { app: 'd' } },
          template: {
            metadata: { labels: { app: 'd' } },
            spec: {
              volumes: [{ name: 'v', emptyDir: {} }],
              containers: [
                container('web', {
                  args: ['x', 'y'],
                  ports: [{ name: 'http', containerPort: 80 }, { name: 'adm', containerPort: 81 }],
                  env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }],
                  volumeMounts: [{ name: 'v', mountPath: '/v' }],
                }),
                container('side'),
              ],
              tolerations: [{ key: 'a', operator: 'Exists' }, { key: 'b', operator: 'Exists' }],
            },
          },
        },
      },
    },
  ],
};
