import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { installedObjects } from '../../../../src/controller/installation.js';
import { isRecord } from '../../../../src/kubernetes/json.js';
import type { RecordedCase } from '../../../../src/local/api/conformance/testing/recorded-case.js';
import type { ReleaseSpec } from '../../../../src/model/release.js';
import type { PolicySpec } from '../../../../src/model/release-policy.js';
import { API_VERSION, POLICY_LABEL } from '../../../../src/model/resources.js';
import { TOLD_PREFIX } from '../../../../src/model/told-admission.js';
import { project } from '../../lab/project.js';

const NAMESPACE = 'conf-serin';
const JSON_BODY = { 'content-type': 'application/json' };
const MERGE = { 'content-type': 'application/merge-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const of = (plural: string, name = ''): string => `/apis/serin.dev/v1alpha1/namespaces/${NAMESPACE}/${plural}${name === '' ? '' : `/${name}`}`;
const deployments = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
const RBAC = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}`;
const replicaSets = `/apis/apps/v1/namespaces/${NAMESPACE}/replicasets`;
const as = (user: string, ...groups: string[]): Record<string, string> => ({ 'Impersonate-User': user, ...(groups[0] === undefined ? {} : { 'Impersonate-Group': groups[0] }) });

type Asked = Pick<RecordedCase, 'title' | 'pause'> & RecordedCase['request'];

const post = (title: string, path: string, body: unknown, headers: Record<string, string> = {}, query = ''): Asked => ({ title, method: 'POST', path, query, headers: { ...JSON_BODY, ...headers }, body });
const merge = (title: string, path: string, body: unknown, headers: Record<string, string> = {}): Asked => ({ title, method: 'PATCH', path, headers: { ...MERGE, ...headers }, body });
const get = (title: string, path: string, headers: Record<string, string> = {}): Asked => ({ title, method: 'GET', path, headers });

/** Serin's kinds and policies, put on both servers as `serin controller --install` does. */
function installing(): Asked[] {
  return installedObjects().map(({ resource, object }) => ({
    title: `${object.kind ?? ''} ${object.metadata.name} is taken as it is`,
    method: 'PATCH',
    path: `/apis/${resource.group}/${resource.version}/${resource.plural}/${object.metadata.name}`,
    query: 'fieldManager=serin&force=true',
    headers: APPLY,
    body: object,
  }));
}

/** Every policy of the examples, under a name of its own. */
function examplePolicies(): Asked[] {
  const examples = join(project, 'examples');
  const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml')).sort();
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(examples, file), 'utf8')).flatMap((document): Asked[] => {
      const object: unknown = document.toJS();
      if (!isRecord(object) || object['kind'] !== 'ReleasePolicy') return [];
      const name = file.replace(/\.yaml$/, '').replaceAll(/[^a-z0-9]+/g, '-');
      return [post(`the policy of examples/${file}`, of('releasepolicies'), { ...object, metadata: { name } }, {}, 'fieldValidation=Strict')];
    }),
  );
}

const canary = (...steps: unknown[]): object => ({ canary: { steps } });
const policy = (name: string, spec: object): object => ({
  apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name },
  spec: { workload: { deployment: 'web' }, service: 'web', router: { service: {} }, strategy: canary({ weight: 20 }), ...spec },
});

/** What is wrong with a policy, by what it is called. */
const wrongPolicies: Readonly<Record<string, object>> = {
  'a weight above 100': { strategy: canary({ weight: 150 }) },
  'a weight with two decimals': { strategy: canary({ weight: 12.25 }) },
  'a weight with one decimal, which is right': { strategy: canary({ weight: 12.5 }) },
  'a weight that is text': { strategy: canary({ weight: '20' }) },
  'a step that does two things': { strategy: canary({ weight: 20, scale: { replicas: 2 } }) },
  'a step that does nothing': { strategy: canary({}) },
  'no steps': { strategy: canary() },
  'two strategies': { strategy: { ...canary({ weight: 20 }), blueGreen: {} } },
  'no strategy': { strategy: {} },
  'a strategy that does not exist': { strategy: { shadow: {} } },
  'no workload': { workload: {} },
  'two workloads': { workload: { deployment: 'web', versions: {} } },
  'a workload without a name': { workload: { deployment: '' } },
  'a router and no service': { service: undefined },
  'a service and no router': { router: undefined },
  'two routers that exclude each other': { router: { service: {}, istio: {} } },
  'no router of those there are': { router: {} },
  'an unknown field': { colour: 'red' },
  'a duration that is none': { drain: '5 minutes' },
  'a negative history': { historyLimit: -1 },
  'a match of nothing': { strategy: canary({ route: { matches: [{}] } }) },
  'a match that is exact and a prefix': { strategy: canary({ route: { matches: [{ headers: [{ name: 'a', exact: 'x', prefix: 'y' }] }] } }) },
  'stages for nobody': { strategy: { ab: { stages: [{ checks: [] }] } } },
} satisfies Record<string, Partial<Record<keyof PolicySpec | 'colour', unknown>>>;

const release = {
  apiVersion: API_VERSION, kind: 'Release', metadata: { name: 'web-1' },
  spec: {
    policy: 'web', workload: { kind: 'Deployment', name: 'web' }, stable: { replicaSet: 'web-a', hash: 'a' }, canary: { replicaSet: 'web-b', hash: 'b' },
    plan: { steps: [{ kind: 'approve', groups: ['sre'] }, { kind: 'promote' }], sizing: 'part', readyTimeoutMilliseconds: 1000, drainMilliseconds: 0 },
  } satisfies ReleaseSpec,
};

const approval = (name: string, user: string, groups?: string[]): object => ({
  apiVersion: API_VERSION, kind: 'Approval', metadata: { name },
  spec: { release: 'web-1', releaseUid: 'a-uid', step: 1, approved: true, user, ...(groups === undefined ? {} : { groups }) },
});

/** Who told a release something, as an annotation of it. */
const deed = (text: string, verb = 'pause') => ({ metadata: { annotations: { [`${TOLD_PREFIX}2026-01-01T00.00.00Z.${verb}`]: text } } });

const deployment = (name: string, labels: Record<string, string> = {}): object => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels },
  spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'web:v1' }] } } },
});
const image = (name: string): object => ({ spec: { template: { spec: { containers: [{ name: 'web', image: name }] } } } });
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };

const asked: Asked[] = [
  ...installing(),
  { ...get('the kinds are served', '/apis/serin.dev/v1alpha1'), pause: 3000 },
  ...examplePolicies(),
  get('policies as a table', of('releasepolicies'), { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
  ...Object.entries(wrongPolicies).map(([what, spec], index) => post(`a policy with ${what}`, of('releasepolicies'), policy(`wrong-${index}`, spec), {}, 'fieldValidation=Strict')),
  post('a policy with an unknown field, which is only warned of', of('releasepolicies'), policy('warned', { colour: 'red' })),
  merge('the spec of a policy, which keeps its status', of('releasepolicies', 'warned'), { spec: { drain: '7s' }, status: { phase: 'Resting' } }),
  merge('the status of a policy, which keeps its spec', `${of('releasepolicies', 'warned')}/status`, { spec: { drain: '9s' }, status: { phase: 'Resting' } }),
  merge('a status that is none', `${of('releasepolicies', 'warned')}/status`, { status: { phase: 'Dancing' } }),
  post('a release', of('releases'), release, {}, 'fieldValidation=Strict'),
  get('releases as a table', of('releases'), { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
  merge('a release to another plan', of('releases', 'web-1'), { spec: { plan: { sizing: 'full' } } }),
  merge('a release to another canary', of('releases', 'web-1'), { spec: { canary: { hash: 'c' } } }),
  merge('a release that gets a service', of('releases', 'web-1'), { spec: { service: 'web' } }),
  merge('a release to be aborted', of('releases', 'web-1'), { spec: { abort: true } }),
  merge('an abort taken back', of('releases', 'web-1'), { spec: { abort: false } }),
  merge('an abort taken out', of('releases', 'web-1'), { spec: { abort: null } }),
  { ...post('an approval in its author’s name', of('approvals'), approval('own', 'admin')), pause: 3000 },
  post('an approval in another’s name', of('approvals'), approval('forged', 'jane')),
  post('an approval with a group that its author is not in', of('approvals'), approval('grouped', 'admin', ['sre'])),
  post('an approval with a group that its author is in', of('approvals'), approval('masters', 'admin', ['system:masters'])),
  post('an approval by somebody who may not', of('approvals'), approval('jane', 'jane'), as('jane')),
  post('an approval by a member of a group, impersonated', of('approvals'), approval('member', 'kim', ['system:masters']), as('kim', 'system:masters')),
  merge('an approval that changes', of('approvals', 'own'), { spec: { approved: false } }),
  merge('an approval that gets a label', of('approvals', 'own'), { metadata: { labels: { seen: 'yes' } } }),
  merge('a deed in one’s own name', of('releases', 'web-1'), deed('admin\n\nlunch')),
  merge('a deed in another’s name', of('releases', 'web-1'), deed('jane', 'resume')),
  merge('a deed that is changed into another’s', of('releases', 'web-1'), deed('jane')),
  merge('a deed beside another’s, impersonated', of('releases', 'web-1'), deed('kim', 'resume'), as('kim', 'system:masters')),
  merge('a release with deeds that gets a label', of('releases', 'web-1'), { metadata: { labels: { seen: 'yes' } } }, as('kim', 'system:masters')),
  post('a release with its record, restored by who may write statuses', of('releases'), { ...release, metadata: { name: 'web-2', ...deed('jane').metadata } }),
  post('a role to write releases and not their statuses', `${RBAC}/roles`, { metadata: { name: 'releaser' }, rules: [{ apiGroups: ['serin.dev'], resources: ['releases'], verbs: ['create'] }] }),
  post('its binding', `${RBAC}/rolebindings`, { metadata: { name: 'releaser' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'releaser' }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'lee' }] }),
  { ...post('a release made with another’s deed', of('releases'), { ...release, metadata: { name: 'web-3', ...deed('jane').metadata } }, as('lee')), pause: 1000 },
  post('a release made with one’s own deed', of('releases'), { ...release, metadata: { name: 'web-3', ...deed('lee').metadata } }, as('lee')),
  post('a Deployment that no policy has adopted', deployments, deployment('free')),
  post('a Deployment that a policy has adopted', deployments, deployment('adopted', { [POLICY_LABEL]: 'web' })),
  { ...get('their ReplicaSets', replicaSets), pause: 1000 },
  { title: 'a new template of a Deployment that is not adopted', method: 'PATCH', path: `${deployments}/free`, headers: STRATEGIC, body: image('web:v2') },
  { pause: 1000, title: 'a new template of an adopted Deployment, which is paused in that request', method: 'PATCH', path: `${deployments}/adopted`, headers: STRATEGIC, body: image('web:v2') },
  { pause: 1000, title: 'a size of an adopted Deployment', method: 'PATCH', path: `${deployments}/adopted`, headers: STRATEGIC, body: { spec: { replicas: 1 } } },
  { pause: 1000, title: 'a new template by server-side apply', method: 'PATCH', path: `${deployments}/adopted`, query: 'fieldManager=git&force=true', headers: APPLY, body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'adopted' }, spec: { paused: false, ...(image('web:v3') as { spec: object }).spec } } },
  { pause: 1000, title: 'a new template that un-pauses at once', method: 'PATCH', path: `${deployments}/adopted`, headers: STRATEGIC, body: { spec: { paused: false, ...(image('web:v4') as { spec: object }).spec } } },
  { title: 'a policy deleted', method: 'DELETE', path: of('releasepolicies', 'warned'), headers: {} },
  { title: 'all releases deleted', method: 'DELETE', path: of('releases'), headers: {} },
];

/** What Serin itself asks of an API server, for both servers; what they answer is compared with each other, not with a recording. */
export const serinCases: readonly RecordedCase[] = asked.map(({ title, pause, ...request }, index) => ({
  id: `S${String(index + 1).padStart(3, '0')}`,
  group: 'Serin',
  title,
  request,
  response: { status: 0, contentType: '', body: null },
  ...(pause === undefined ? {} : { pause }),
}));
