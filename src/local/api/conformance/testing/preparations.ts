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
  /** Takes away what only our server has, so that others have nothing to do. */
  readonly ours?: true;
}

const configMap = (namespace: string, name: string, rest: object): Preparation => ({
  method: 'POST',
  path: `/api/v1/namespaces/${namespace}/configmaps`,
  body: { metadata: { name, ...('labels' in rest ? { labels: rest.labels } : {}) }, ...('data' in rest ? { data: rest.data } : {}) },
});

/** An owner; the replay puts in the uid of what was prepared under this name. */
const owner = (name: string, rest: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: `uid of ${name}`, ...rest });

/** A ConfigMap with owners, held by a finalizer or not. */
const dependent = (name: string, ownerReferences: readonly object[], held = false): Preparation => ({
  method: 'POST',
  path: '/api/v1/namespaces/conf-del/configmaps',
  body: { metadata: { name, ownerReferences, ...(held ? { finalizers: ['serin.test/hold'] } : {}) } },
});

const letGo = (name: string): Preparation => ({
  method: 'PATCH',
  path: `/api/v1/namespaces/conf-del/configmaps/${name}`,
  headers: { 'content-type': 'application/merge-patch+json' },
  body: { metadata: { finalizers: null } },
});

/** A change that nothing shows but the resourceVersion. */
const touch = (path: string): Preparation[] =>
  ['1', null].map((value) => ({ method: 'PATCH', path, headers: { 'content-type': 'application/merge-patch+json' }, body: { metadata: { labels: { touched: value } } } }));

const foreground = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' };

/** How long the real controllers had before a case, in milliseconds, where it was longer than usual. */
export const pauses: Readonly<Record<string, number>> = { A139: 2000, A353: 1000, A356: 1000, A357: 1000, A360: 1000, A362: 1000, A364: 1000, A366: 1000, A367: 1000, A368: 1000, A370: 1000 };

/** Cases before which the stand-in for nodes has run the Pods of a namespace. */
export const podsRunBefore: Readonly<Record<string, string>> = { A139: 'conf-wl', A170: 'conf-wl' };

const plain = (name: string): Preparation => configMap('conf-del', name, {});

const container = (name: string, rest: object = {}): object => ({ name, image: `${name}:v1`, ...rest });

/** By the id of the case that needs them. */
export const preparations: Readonly<Record<string, readonly Preparation[]>> = {
  A184: [
    { method: 'POST', path: '/api/v1/namespaces/conf-wl/pods', body: { metadata: { name: 'ev', labels: { app: 'ev' } }, spec: { containers: [container('web')] } } },
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/conf-wl/pods/ev/status',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
    },
    {
      method: 'POST',
      path: '/apis/policy/v1/namespaces/conf-wl/poddisruptionbudgets',
      body: { metadata: { name: 'ev' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'ev' } } } },
    },
    {
      method: 'PATCH',
      path: '/apis/policy/v1/namespaces/conf-wl/poddisruptionbudgets/ev/status',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { status: { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 } },
    },
  ],
  A185: [{ method: 'DELETE', path: '/apis/policy/v1/namespaces/conf-wl/poddisruptionbudgets/ev' }],
  A439: [
    { method: 'POST', path: '/api/v1/namespaces/conf-auth/serviceaccounts', body: { metadata: { name: 'sa' } } },
    {
      method: 'POST',
      path: '/apis/rbac.authorization.k8s.io/v1/namespaces/conf-auth/roles',
      body: { metadata: { name: 'r' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] },
    },
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
  // Ours does not estimate costs and took what A379 was refused for.
  A380: [{ method: 'DELETE', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.lab.serin.test', ours: true }],
  A077: [{ method: 'DELETE', path: '/apis/apps/v1/namespaces/conf-fv/deployments/u' }],
  A078: [{ method: 'DELETE', path: '/apis/apps/v1/namespaces/conf-fv/deployments/u' }],
  A342: [plain('a')],
  A350: [plain('bg')],
  A146: touch('/apis/apps/v1/namespaces/conf-wl/deployments/d'),
  A352: [plain('fg'), dependent('fg-dep', [owner('fg', { blockOwnerDeletion: true })], true), dependent('fg-dep2', [owner('fg')])],
  A356: [letGo('fg-dep')],
  A357: [
    plain('fgn'),
    dependent('fgn-dep', [owner('fgn')], true),
    { method: 'DELETE', path: '/api/v1/namespaces/conf-del/configmaps/fgn', headers: { 'content-type': 'application/json' }, body: foreground },
  ],
  A359: [letGo('fgn-dep'), plain('or'), dependent('or-dep', [owner('or')])],
  A361: [plain('t1'), plain('t2'), dependent('two', [owner('t1', { controller: true }), owner('t2')])],
  A365: [plain('t3'), plain('t4'), dependent('two2', [owner('t3', { blockOwnerDeletion: true }), owner('t4', { blockOwnerDeletion: true })])],
  A368: [dependent('ab', [owner('never', { uid: '00000000-0000-4000-8000-000000000001' })]), dependent('uidwrong', [owner('t4', { uid: '00000000-0000-4000-8000-000000000002' })])],
  A370: [dependent('unk', [{ apiVersion: 'no.such/v1', kind: 'Thing', name: 'x', uid: '00000000-0000-4000-8000-000000000003' }])],
  A372: [{ method: 'POST', path: '/api/v1/namespaces/conf-nsdel/configmaps', body: { metadata: { name: 'held', finalizers: ['serin.test/hold'] } } }],
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
