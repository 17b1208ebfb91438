import { describe, expect, it } from 'vitest';
import type { KubernetesObject, ObjectName, Resource } from '../../kubernetes/objects.js';
import type { ImagePolicySpec } from '../../model/images/image-policy.js';
import { API_VERSION, AUTHOR_ANNOTATION } from '../../model/resources.js';
import { gitOwnerOf } from './git-owner.js';
import { imageChange } from './image-change.js';
import { isProblem, readWorkload, repositoriesOf, type FindObject, type ImageWorkload } from './workload.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: '10.0.0.5:5000/web:1.0.0', env: [{ name: 'A', value: 'b' }] }, { name: 'proxy', image: 'envoy:1.30' }], initContainers: [{ name: 'migrate', image: '10.0.0.5:5000/web:1.0.0' }] } };
const object = (kind: string, name: string, spec: object, more: object = {}): KubernetesObject => ({ apiVersion: 'x/v1', kind, metadata: { name, namespace: 'default', resourceVersion: '7', ...more }, spec }) as unknown as KubernetesObject;

const objects = [
  object('Deployment', 'web', { template }),
  object('ReleasePolicy', 'inline', { workload: { inline: { template } } }), object('ReleasePolicy', 'lends', { workload: { deployment: 'web' } }), object('ReleasePolicy', 'lists', { workload: { versions: { list: [] } } }),
  object('Rollout', 'own', { template }), object('Rollout', 'refers', { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } }), object('Rollout', 'set', { workloadRef: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web' } }),
];
const find = ((resource: Resource, { name }: ObjectName) => Promise.resolve(objects.find((each) => each.kind === resource.kind && each.metadata.name === name))) as unknown as FindObject;
const read = (workload: ImagePolicySpec['workload'], image?: string): ReturnType<typeof readWorkload> =>
  readWorkload({ apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { name: 'p', namespace: 'default' }, spec: { workload, tags: { semver: '*' }, ...(image === undefined ? {} : { image }) } }, find);
const found = async (...args: Parameters<typeof read>): Promise<ImageWorkload> => {
  const answer = await read(...args);
  if (isProblem(answer)) throw new Error(answer.problem);
  return answer;
};

describe('whose template has the image', () => {
  it.each([
    [{ deployment: 'web' }, 'Deployment', 'web'], [{ policy: 'inline' }, 'ReleasePolicy', 'inline'], [{ policy: 'lends' }, 'Deployment', 'web'], [{ rollout: 'own' }, 'Rollout', 'own'], [{ rollout: 'refers' }, 'Deployment', 'web'],
  ] as const)('%j: %s %s', async (workload, kind, name) => {
    const answer = await found(workload, '10.0.0.5:5000/web');
    expect([answer.object.kind, answer.object.metadata.name]).toEqual([kind, name]);
    expect(answer.containers.map((each) => each.name)).toEqual(['web', 'migrate']);
  });

  it.each([
    [{ deployment: 'gone' }, undefined, 'there is no Deployment gone in namespace default'], [{ policy: 'gone' }, undefined, 'there is no ReleasePolicy gone'], [{ policy: 'lists' }, undefined, 'releases versions that you run'], [{ rollout: 'gone' }, undefined, 'there is no Rollout gone'],
    [{ rollout: 'set' }, undefined, 'takes its template from a ReplicaSet'], [{ deployment: 'web', containers: ['x'] }, undefined, 'has no container x'], [{ deployment: 'web' }, '10.0.0.5:5001/web', 'no container of Deployment web runs 10.0.0.5:5001/web'],
  ] as const)('%j %s: %s', async (workload, image, expected) => expect(await read(workload as ImagePolicySpec['workload'], image)).toMatchObject({ problem: expect.stringContaining(expected) as string }));

  it('may run several images', async () => expect(repositoriesOf(await found({ deployment: 'web' }))).toEqual(['10.0.0.5:5000/web', 'envoy']));
});

describe('a change of the image', () => {
  const wanted = { image: '10.0.0.5:5000/web', tag: '1.1.0', digest: DIGEST, pinned: false };
  it('keeps all else of its lists, and names the version that it was made from', async () => {
    const change = imageChange(await found({ deployment: 'web' }), wanted, 'web-1', 'jane');
    const { containers: [web, proxy], initContainers: [migrate] } = template.spec;
    expect(change).toEqual({
      metadata: { resourceVersion: '7', annotations: { 'serin.dev/image-update': 'web-1', [AUTHOR_ANNOTATION]: 'jane' } },
      spec: { template: { spec: { containers: [{ ...web, image: '10.0.0.5:5000/web:1.1.0' }, proxy], initContainers: [{ ...migrate, image: '10.0.0.5:5000/web:1.1.0' }] } } },
    });
  });

  it('names the digest where the tag stays', async () => {
    const change = imageChange(await found({ deployment: 'web', containers: ['web'] }), { ...wanted, tag: '1.0.0', pinned: true }, 'web-1', undefined);
    expect(change).toMatchObject({ spec: { template: { spec: { containers: [{ image: `10.0.0.5:5000/web:1.0.0@${DIGEST}` }, { image: 'envoy:1.30' }] } } } });
    expect(JSON.stringify(change)).not.toMatch(/initContainers|author/);
  });

  it('says who wrote a version on the template, where there is no Deployment to say it on', async () => {
    expect(imageChange(await found({ policy: 'inline' }), wanted, 'web-1', 'jane')).toMatchObject({ spec: { workload: { inline: { template: { metadata: { annotations: { [AUTHOR_ANNOTATION]: 'jane' } } } } } } });
    expect(imageChange(await found({ rollout: 'own' }), wanted, 'web-1', 'jane')).toMatchObject({ spec: { template: { metadata: { annotations: { [AUTHOR_ANNOTATION]: 'jane' } } } } });
  });
});

describe('an author who stands there for the image before', () => {
  const wanted = { image: '10.0.0.5:5000/web', tag: '1.1.0', digest: DIGEST, pinned: false };
  const annotations = { [AUTHOR_ANNOTATION]: 'jane' };
  /** A Deployment with an author on it, on its template, or on both. */
  const authored = async (places: { readonly object?: boolean; readonly template?: boolean }): Promise<ImageWorkload> => {
    const workload = await found({ deployment: 'web' });
    return {
      ...workload,
      object: { ...workload.object, metadata: { ...workload.object.metadata, ...(places.object ? { annotations } : {}) } },
      template: { ...workload.template, metadata: { name: '', ...(places.template ? { annotations } : {}) } },
    };
  };
  const NONE = { [AUTHOR_ANNOTATION]: null };
  const onTemplate = (change: unknown): unknown => (change as { spec: { template: { metadata?: { annotations: unknown } } } }).spec.template.metadata?.annotations;
  const onObject = (change: unknown): unknown => (change as { metadata: { annotations: Record<string, unknown> } }).metadata.annotations[AUTHOR_ANNOTATION];

  it.each([
    ['on the Deployment', { object: true }, null, undefined],
    ['on the template', { template: true }, undefined, NONE],
    // Else the one on the Deployment would count instead.
    ['on both', { object: true, template: true }, null, NONE],
    ['nowhere', {}, undefined, undefined],
  ])('%s goes when the next one names none', async (_, places, object, template) => {
    const change = imageChange(await authored(places), wanted, 'web-2', undefined);
    expect([onObject(change), onTemplate(change)]).toEqual([object, template]);
    expect(change).toMatchObject({ spec: { template: { spec: { containers: [{ image: '10.0.0.5:5000/web:1.1.0' }, {}] } } } });
  });

  it.each([
    ['on the Deployment', { object: true }, 'tom', undefined],
    ['on the template', { template: true }, undefined, { [AUTHOR_ANNOTATION]: 'tom' }],
    ['on both', { object: true, template: true }, null, { [AUTHOR_ANNOTATION]: 'tom' }],
  ])('%s gives way to the next one that is named', async (_, places, object, template) => {
    const change = imageChange(await authored(places), wanted, 'web-2', 'tom');
    expect([onObject(change), onTemplate(change)]).toEqual([object, template]);
  });

  it('goes from a template within a policy', async () => {
    const workload = await found({ policy: 'inline' });
    const change = imageChange({ ...workload, template: { ...workload.template, metadata: { name: '', annotations } } }, wanted, 'web-2', undefined);
    expect(change).toMatchObject({ spec: { workload: { inline: { template: { metadata: { annotations: NONE } } } } } });
  });
});

describe('who owns the image', () => {
  const templatePath = ['spec', 'template'];
  const managed = (manager: string, container: object, list = 'f:containers'): unknown => ({ managedFields: [{ manager, fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': { [list]: container } } } } }] });
  it.each([
    [{}, undefined], [{ annotations: { 'argocd.argoproj.io/tracking-id': 'x' } }, 'Argo CD'], [{ labels: { 'kustomize.toolkit.fluxcd.io/name': 'x' } }, 'Flux'], [{ labels: { 'helm.toolkit.fluxcd.io/name': 'x' } }, 'Flux'], [{ labels: { 'app.kubernetes.io/instance': 'x' } }, undefined],
    [managed('argocd-controller', { 'k:{"name":"web"}': { 'f:image': {} } }), 'Argo CD'], [managed('kustomize-controller', { 'k:{"name":"web"}': { 'f:env': {} } }), undefined], [managed('helm-controller', {}), 'Flux'], [managed('helm', { 'k:{"name":"web"}': { 'f:image': {} } }), undefined], [managed('kubectl', { 'k:{"name":"web"}': { 'f:image': {} } }), undefined],
  ])('%j: %s', (more, expected) => expect(gitOwnerOf({ object: object('Deployment', 'web', {}, more as object), templatePath })).toBe(expected));
});
