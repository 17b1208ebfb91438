import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { experiment as experimentOf, analysisTemplate, template } from '../../frontends/argo/experiments/testing/world.js';
import { ARGO_API_VERSION } from '../../frontends/argo/resources.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { anyJson, pathsIn, replacedIn } from '../../frontends/conversion/testing/json-paths.js';
import { isArgo, lintArgo, virtualServiceNamespaces, type ArgoSource } from './argo.js';
import { knownKinds } from './known-kinds.js';

const parts = knownKinds();
const nothingKnown: ArgoSource = () => undefined;
const of = (kind: string, spec: unknown): KubernetesObject => ({ apiVersion: ARGO_API_VERSION, kind, metadata: { name: 'web', namespace: 'shop' }, spec }) as KubernetesObject;

const rollout = of('Rollout', {
  replicas: 2,
  selector: { matchLabels: { app: 'web' } },
  template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1', ports: [{ containerPort: 80 }] }] } },
  strategy: {
    canary: {
      canaryService: 'a', stableService: 'b', maxSurge: '25%',
      trafficRouting: { istio: { virtualService: { name: 'web.mesh', routes: ['r'] }, destinationRule: { name: 'd', canarySubsetName: 'c', stableSubsetName: 's' } }, managedRoutes: [{ name: 'h' }] },
      analysis: { templates: [{ templateName: 'rates' }], args: [{ name: 'x', valueFrom: { podTemplateHashValue: 'Latest' } }] },
      steps: [{ setWeight: 1 }, { pause: { duration: '10s' } }, { setHeaderRoute: { name: 'h', match: [{ headerName: 'a', headerValue: { exact: 'b' } }] } }, { experiment: { duration: '1m', templates: [{ name: 'a', specRef: 'canary' }], analyses: [{ name: 'x', templateName: 'rates' }] } }],
    },
  },
});
const experiment = { ...experimentOf({ duration: '1m', templates: [template('one', { service: {} })], analyses: [{ name: 'x', templateName: 'rates' }] }), metadata: { name: 'try', namespace: 'shop' } } as unknown as KubernetesObject;
const metrics = [{ name: 'rate', interval: '1m', count: 2, successCondition: 'result > 1', provider: { job: { spec: { backoffLimit: 1, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'c:{{args.a}}' }] } } } } } }];
const template_ = of('AnalysisTemplate', { args: [{ name: 'a' }], metrics });
const run = of('AnalysisRun', { args: [{ name: 'a', value: 'b' }], metrics });
const all = [rollout, experiment, template_, { ...template_, kind: 'ClusterAnalysisTemplate' }, run];

describe("the check of Argo's kinds", () => {
  it('lets sound objects pass', () => {
    for (const object of all) expect(lintArgo(object, nothingKnown, parts), object.kind).toEqual([]);
  });

  it('answers in problems and never fails, whatever stands in a file', () => {
    const changes = fc.constantFrom(...all.map((object) => [object, pathsIn(object).filter(([field]) => field === 'spec')] as const)).chain(([object, ways]) => fc.tuple(fc.constant(object), fc.array(fc.tuple(fc.constantFrom(...ways), anyJson), { minLength: 1, maxLength: 2 })));
    fc.assert(
      fc.property(changes, fc.boolean(), ([object, made], isKnown) => {
        const changed = made.reduce<unknown>((each, [way, by]) => replacedIn(each, way, by), object) as KubernetesObject;
        const others: ArgoSource = <T extends KubernetesObject>(resource: Resource<T>) => (isKnown ? ([changed, analysisTemplate('rates')].filter(({ kind }) => kind === resource.kind) as unknown as T[]) : undefined);
        expect(Array.isArray(lintArgo(changed, others, parts))).toBe(true);
        expect(virtualServiceNamespaces(changed).length).toBeGreaterThan(0);
      }),
      { numRuns: 600 },
    );
  });

  it('knows Argo CD from Argo Rollouts', () => {
    expect([of('Rollout', {}), of('Application', {}), { ...of('Rollout', {}), apiVersion: 'standard.oam.dev/v1alpha1' }].map(isArgo)).toEqual([true, false, false]);
  });

  it('says once what is missing in a template of Pods', () => {
    const bare = replacedIn(rollout, ['spec', 'template', 'spec'], {}) as KubernetesObject;
    expect(lintArgo(bare, nothingKnown, parts).map(({ path }) => path.join('.'))).toEqual(['spec.template.spec.containers']);
  });

  it('leaves alone what is filled in later', () => {
    const way = ['spec', 'metrics', 0, 'provider', 'job', 'spec', 'backoffLimit'];
    expect(lintArgo(replacedIn(run, way, '{{args.a}}') as KubernetesObject, nothingKnown, parts)).toEqual([]);
    expect(lintArgo(replacedIn(run, way, 'many') as KubernetesObject, nothingKnown, parts)).toHaveLength(1);
  });
});
