import { describe, expect, it } from 'vitest';
import { formatPath } from '../../../model/policy-problem.js';
import type { Deployment } from '../../../kubernetes/generated/apps-v1.js';
import type { Ingress } from '../../../kubernetes/generated/networking-v1.js';
import type { Service } from '../../../kubernetes/generated/core-v1.js';
import type { VirtualService } from '../../../kubernetes/generated/istio-v1.js';
import type { AnalysisTemplate } from '../kinds/analysis.js';
import type { KnownObjects } from './known-objects.js';
import { checkRollout } from './rollout.js';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:v1' }] } };
const whole = (spec: object): unknown => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template, ...spec } });
const canary = (fields: object): unknown => whole({ strategy: { canary: fields } });
const routed = (fields: object, trafficRouting: object = { nginx: { stableIngress: 'web' } }): unknown => canary({ stableService: 'web', canaryService: 'web-canary', trafficRouting, ...fields });
const istio = { istio: { virtualService: { name: 'web' } }, managedRoutes: [{ name: 'testers' }] };

const said = (rollout: unknown, known: KnownObjects = {}): string[] => checkRollout(rollout, known).map(({ path, problem }) => `${formatPath(path).replace('spec.strategy.', '')}: ${problem}`);
const places = (rollout: unknown, known: KnownObjects = {}): string[] => checkRollout(rollout, known).map(({ path }) => formatPath(path).replace('spec.strategy.', ''));

describe('a Rollout', () => {
  it('that is right has no problems', () => {
    expect(said(canary({}))).toEqual([]);
    expect(said(canary({ steps: [{ setWeight: 20 }, { pause: {} }, { pause: { duration: 10 } }, { pause: { duration: '1h30m' } }, { pause: { duration: '90' } }] }))).toEqual([]);
    expect(said(routed({ steps: [{ setCanaryScale: { replicas: 1 } }, { setCanaryScale: { matchTrafficWeight: true } }], scaleDownDelaySeconds: 30 }))).toEqual([]);
    expect(said(whole({ strategy: { blueGreen: { activeService: 'web', previewService: 'preview' } } }))).toEqual([]);
    expect(said(canary({ steps: [{ setHeaderRoute: { name: 'testers', match: [{ headerName: 'x', headerValue: { exact: 'y' } }] } }, { setMirrorRoute: { name: 'testers', percentage: 50, match: [{ headers: { a: { prefix: 'b' } } }] } }, { setMirrorRoute: { name: 'testers' } }], stableService: 'a', canaryService: 'b', trafficRouting: istio }))).toEqual([]);
  });

  it('is told of all problems at once', () => {
    expect(said(whole({ minReadySeconds: 600, replicas: -1, strategy: { canary: { stepss: [], maxSurge: 0, maxUnavailable: '0%', steps: [{ setWeight: 101 }, { pause: { duration: '5 min' } }, {}, { setWeight: 5, pause: {} }] } } }))).toEqual([
      'canary.stepss: there is no field "stepss".',
      'spec.replicas: -1 is below 0.',
      'spec.progressDeadlineSeconds: 600 is not above minReadySeconds, 600: every update would be late.',
      'canary.maxSurge: with neither surge nor missing Pods nothing can move.',
      'canary.steps[0].setWeight: 101 is not from 0 to 100.',
      'canary.steps[1].pause.duration: "5 min" is no length of time.',
      'canary.steps[2]: does nothing.',
      'canary.steps[3]: does several things at once: setWeight, pause.',
    ]);
  });

  it('names its Pods in one way', () => {
    expect(said(whole({ workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, strategy: { canary: {} } }))).toEqual(['spec.template: template must be empty for workload reference rollout.']);
    expect(places(whole({ template: undefined, selector: undefined, strategy: { canary: {} } }))).toEqual(['spec.selector', 'spec.template']);
    expect(said(whole({ selector: { matchLabels: { app: 'other' } }, strategy: { canary: {} } }))).toEqual(['spec.template.metadata.labels: the selector does not match the labels of the template.']);
    const referring = whole({ template: undefined, selector: undefined, workloadRef: { kind: 'Deployment', name: 'wbe', scaleDown: 'later' }, strategy: { canary: {} } });
    expect(checkRollout(referring, { deployments: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: { selector: {}, template } } as unknown as Deployment] }).map(({ remedy }) => remedy)).toEqual(['Write one of them.', 'Did you mean web?']);
    expect(places(whole({ template: undefined, workloadRef: { kind: 'StatefulSet', name: 'web' }, strategy: { canary: {} } }))).toEqual(['spec.workloadRef.kind']);
  });

  it('has one strategy', () => {
    expect(places(whole({}))).toEqual(['spec.strategy']);
    expect(places(whole({ strategy: { canary: {}, blueGreen: { activeService: 'web' } } }))).toEqual(['spec.strategy']);
  });

  it('is refused by its schema where values are of the wrong type', () => {
    expect(places(canary({ steps: [{ setWeight: 'ten' }] }))).toEqual(['canary.steps[0].setWeight']);
  });
});

describe('what Serin does not serve', () => {
  it.each(['alb', 'ambassador', 'apisix', 'appMesh', 'smi', 'traefik'])('%s is refused by name', (router) => {
    expect(places(routed({}, { [router]: { a: 1 } }))).toEqual([`canary.trafficRouting.${router}`]);
  });

  it('is refused among plugins and steps, too', () => {
    expect(places(routed({ steps: [{ plugin: { name: 'a/b' } }] }, { plugins: { 'a/b': {}, 'argoproj-labs/gatewayAPI': { httpRoute: 'web' } } }))).toEqual(['canary.trafficRouting.plugins.a/b', 'canary.steps[0].plugin']);
    expect(said(routed({}, { plugins: { 'argoproj-labs/gatewayAPI': { tcpRoute: 'web' } } }))).toHaveLength(2);
  });
});

describe('traffic routing', () => {
  it('needs both Services, which are two', () => {
    expect(places(canary({ trafficRouting: { nginx: { stableIngress: 'web' } } }))).toEqual(['canary.canaryService', 'canary.stableService']);
    expect(places(routed({ canaryService: 'web' }))).toEqual(['canary.canaryService']);
    expect(places(canary({ trafficRouting: { istio: { virtualService: { name: 'web' }, destinationRule: { name: 'web', canarySubsetName: 'c', stableSubsetName: 's' } } } }))).toEqual([]);
  });

  it('names its objects in one way', () => {
    expect(places(routed({}, { nginx: {} }))).toEqual(['canary.trafficRouting.nginx']);
    expect(places(routed({}, { nginx: { stableIngress: 'a', stableIngresses: ['b'] } }))).toEqual(['canary.trafficRouting.nginx']);
    expect(places(routed({}, { istio: {} }))).toEqual(['canary.trafficRouting.istio']);
    expect(places(routed({}, { istio: { virtualService: { name: 'a' }, virtualServices: [{ name: 'b' }] } }))).toEqual(['canary.trafficRouting.istio']);
    expect(places(routed({}, {}))).toEqual(['canary.trafficRouting']);
    expect(places(routed({}, { ...istio, maxTrafficWeight: 1000 }))).toEqual(['canary.trafficRouting.maxTrafficWeight']);
    expect(places(routed({ steps: [{ setWeight: 500 }] }, { nginx: { stableIngress: 'web' }, maxTrafficWeight: 1000 }))).toEqual([]);
  });

  it('is what some fields and steps need', () => {
    expect(places(canary({ scaleDownDelaySeconds: 30, dynamicStableScale: true, minPodsPerReplicaSet: 2, steps: [{ setCanaryScale: { replicas: 1 } }, { setHeaderRoute: { name: 'x' } }, { setMirrorRoute: { name: 'x' } }] }))).toEqual([
      'canary.scaleDownDelaySeconds', 'canary.dynamicStableScale', 'canary.minPodsPerReplicaSet', 'canary.steps[0].setCanaryScale', 'canary.steps[1].setHeaderRoute', 'canary.steps[2].setMirrorRoute',
    ]);
    expect(places(routed({ scaleDownDelaySeconds: 30, dynamicStableScale: true }))).toEqual(['canary.dynamicStableScale']);
    expect(said(routed({ steps: [{ setHeaderRoute: { name: 'testers' } }] }, { ...istio, nginx: { stableIngress: 'web' } }))).toEqual(['canary.steps[0].setHeaderRoute: stands beside nginx, where requests could not be told apart in the same way.']);
  });

  it('lets two Services take turns by Istio alone, where nothing else tells versions apart', () => {
    const turns = { pingPong: { pingService: 'a', pongService: 'b' } };
    expect(said(canary({ ...turns, trafficRouting: istio }))).toEqual([]);
    expect(said(canary(turns))).toEqual(['canary.pingPong: needs Istio: by nothing else can two Services take turns.']);
    expect(said(canary({ ...turns, trafficRouting: { nginx: { stableIngress: 'web' } } }))).toEqual(['canary.pingPong: needs Istio: by nothing else can two Services take turns.']);
    expect(said(canary({ ...turns, trafficRouting: { ...istio, nginx: { stableIngress: 'web' } } }))).toEqual(['canary.pingPong: stands beside nginx, where Services cannot take turns.']);
    expect(said(routed(turns, istio))).toEqual(['canary.pingPong: stands beside stableService and canaryService, which never change roles.']);
    expect(said(canary({ pingPong: { pingService: 'a', pongService: 'a' }, trafficRouting: istio }))).toEqual(['canary.pingPong.pongService: a is pingService as well, so nothing could tell the versions apart.']);
    expect(places(canary({ pingPong: { pingService: '', pongService: '' }, trafficRouting: istio }))).toEqual(['canary.pingPong.pingService', 'canary.pingPong.pongService']);
    expect(places(canary({ ...turns, trafficRouting: { istio: { virtualService: { name: 'web' }, destinationRule: { name: 'web', canarySubsetName: 'c', stableSubsetName: 's' } } } }))).toEqual(['canary.pingPong']);
    expect(places(canary({ ...turns, trafficRouting: istio }), { services: [] })).toEqual(['canary.pingPong.pingService', 'canary.pingPong.pongService']);
  });

  it('names both Services or neither where subsets tell versions apart', () => {
    const bySubsets = { istio: { virtualService: { name: 'web' }, destinationRule: { name: 'web', canarySubsetName: 'c', stableSubsetName: 's' } } };
    expect([places(canary({ trafficRouting: bySubsets })), places(canary({ trafficRouting: bySubsets, stableService: 'a', canaryService: 'b' })), places(canary({ trafficRouting: bySubsets, stableService: 'a' }))]).toEqual([[], [], ['canary.canaryService']]);
  });

  it('has as many steps and as fine weights as a release can have', () => {
    expect(said(canary({ steps: Array.from({ length: 51 }, () => ({ pause: {} })) }))).toEqual(['canary.steps: there are 51 steps.']);
    expect(said(routed({}, { nginx: { stableIngress: 'web' }, maxTrafficWeight: 1001 }))).toEqual(['canary.trafficRouting.maxTrafficWeight: 1001 parts are finer than anything is split.']);
  });

  it('puts nothing on Pods for their role that they are selected by', () => {
    expect(places(canary({ canaryMetadata: { labels: { app: 'x', role: 'canary' } }, stableMetadata: { labels: { 'rollouts-pod-template-hash': 'x' }, annotations: { app: 'x' } } }))).toEqual(['canary.canaryMetadata.labels.app', 'canary.stableMetadata.labels.rollouts-pod-template-hash']);
    expect(places(whole({ strategy: { blueGreen: { activeService: 'web', activeMetadata: { labels: { app: 'x' } } } } }))).toEqual(['blueGreen.activeMetadata.labels.app']);
  });

  it('looks at steps with routes, headers of mirrors included', () => {
    expect(said(routed({ steps: [
      { setHeaderRoute: { name: 'other', match: [{ headerName: 'x' }] } },
      { setMirrorRoute: { name: 'testers', percentage: 101, match: [{ headers: { a: { exact: 'b', regex: 'c' } }, path: {} }] } },
    ] }, istio))).toEqual([
      'canary.steps[0].setHeaderRoute.name: route other is not among managedRoutes.',
      'canary.steps[0].setHeaderRoute.match[0].headerValue: is missing.',
      'canary.steps[1].setMirrorRoute.match[0].path: says no value.',
      'canary.steps[1].setMirrorRoute.match[0].headers.a: says several values.',
      'canary.steps[1].setMirrorRoute.percentage: 101 is not from 0 to 100.',
    ]);
  });

  it('looks for the objects that it names', () => {
    const known = {
      services: [{ metadata: { name: 'web', namespace: 'shop', annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'other' } } }, { metadata: { name: 'web-canary', namespace: 'shop' }, spec: { selector: { app: 'other', 'rollouts-pod-template-hash': 'x' } } }] as unknown as Service[],
      ingresses: [{ metadata: { name: 'web', namespace: 'shop' }, spec: { rules: [{ host: 'a' }, { http: { paths: [{ backend: { service: { name: 'other' } } }] } }] } }] as unknown as Ingress[],
      virtualServices: [{ metadata: { name: 'web', namespace: 'mesh' }, spec: { http: [{ name: 'a' }, { name: 'b' }] } }] as unknown as VirtualService[],
    };
    expect(said(routed({}), known)).toEqual([
      'canary.trafficRouting.nginx.stableIngress: no path of Ingress web leads to Service web.',
      'canary.canaryService: Service web-canary selects by app, which the Pod template does not carry like that.',
      'canary.stableService: Service web belongs to Rollout other.',
    ]);
    expect(places(routed({}, { istio: { virtualServices: [{ name: 'web.mesh', routes: ['a', 'c'] }, { name: 'web.mesh' }, { name: 'web' }] } }), { virtualServices: known.virtualServices })).toEqual([
      'canary.trafficRouting.istio.virtualServices[0].routes[1]', 'canary.trafficRouting.istio.virtualServices[1].routes', 'canary.trafficRouting.istio.virtualServices[2].name',
    ]);
    expect(places(routed({}), { services: [] })).toEqual(['canary.canaryService', 'canary.stableService']);
  });
});

describe('blue/green', () => {
  it('has two Services, and limits that fit', () => {
    expect(places(whole({ revisionHistoryLimit: 2, strategy: { blueGreen: { activeService: 'web', previewService: 'web', scaleDownDelayRevisionLimit: 3, autoPromotionEnabled: false, autoPromotionSeconds: 5, previewReplicaCount: -1, antiAffinity: {} } } }))).toEqual([
      'blueGreen.previewService', 'blueGreen.previewReplicaCount', 'blueGreen.scaleDownDelayRevisionLimit', 'blueGreen.autoPromotionSeconds', 'blueGreen.antiAffinity',
    ]);
    expect(places(whole({ strategy: { blueGreen: {} } }))).toEqual(['blueGreen.activeService']);
    expect(places(whole({ strategy: { blueGreen: { activeService: 'web', antiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: { weight: 0 } } } } }))).toEqual(['blueGreen.antiAffinity.preferredDuringSchedulingIgnoredDuringExecution.weight']);
  });
});

describe('analysis', () => {
  const web = (name: string, more: object = {}): object => ({ name, successCondition: 'result > 1', provider: { web: { url: 'http://a/' } }, ...more });
  const at = (name: string, spec: object): AnalysisTemplate => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', metadata: { name, namespace: 'shop' }, spec });
  const inline = (analysis: object): unknown => canary({ steps: [{ analysis }] });
  const using = (names: string[], args: object[] = []): object => ({ templates: names.map((templateName) => ({ templateName })), args });

  it('names templates that are there and go together', () => {
    const known = { analysisTemplates: [at('one', { metrics: [web('a')] }), at('two', { metrics: [web('a'), web('b', { interval: '5s' })], args: [{ name: 'host' }, { name: 'port', value: '80' }] }), at('all', { templates: [{ templateName: 'one' }, { templateName: 'all' }] })], clusterAnalysisTemplates: [] };
    expect(said(inline(using(['one'])), known)).toEqual([]);
    expect(said(inline(using(['all'])), known)).toEqual([]);
    expect(said(inline(using(['one', 'two', 'tree'])), known)).toEqual([
      'canary.steps[0].analysis.templates[2].templateName: there is no AnalysisTemplate tree in namespace shop.',
      'canary.steps[0].analysis.templates[1]: AnalysisTemplate two has a metric a, as AnalysisTemplate one has.',
      'canary.steps[0].analysis.templates[1]: metric b of AnalysisTemplate two is measured for ever, so this analysis would never end.',
      'canary.steps[0].analysis.args: nothing gives a value to argument host.',
    ]);
    expect(said(canary({ analysis: { ...using(['two'], [{ name: 'host', value: 'x' }]), startingStep: 3 } }), known)).toEqual(['canary.analysis.startingStep: there is no step 3: the analysis would never begin.']);
    expect(places(inline({ templates: [] }))).toEqual(['canary.steps[0].analysis.templates']);
    expect(places(inline({ templates: [{ templateName: 'x', clusterScope: true }] }), known)).toEqual(['canary.steps[0].analysis.templates[0].templateName']);
  });

  it('is not begun with a template that cannot be run', () => {
    const known = { analysisTemplates: [at('bad', { metrics: [web('a', { successCondition: 'reslt > 1' }), { name: 'b', provider: { newRelic: { query: 'x' } } }] })] };
    expect(said(inline(using(['bad'])), known).map((text) => text.replace(/^[^:]*: /, ''))).toEqual([
      expect.stringContaining('spec.metrics[0].successCondition: is no condition that can be read: the name reslt is not known; did you mean result?, at character 1.'),
      expect.stringContaining('spec.metrics[1].provider.newRelic: newRelic is not asked by Serin.'),
    ]);
  });

  it('gives each argument one value', () => {
    expect(places(inline(using(['x'], [{ name: 'a' }, { name: 'a', value: '1', valueFrom: { podTemplateHashValue: 'Latest' } }, { name: 'b', valueFrom: {} }, { name: 'c', valueFrom: { fieldRef: { fieldPath: 'metadata.managedFields' } } }, { name: 'd', valueFrom: { fieldRef: { fieldPath: "metadata.labels['x']" } } }])))).toEqual([
      'canary.steps[0].analysis.args[0]', 'canary.steps[0].analysis.args[1].name', 'canary.steps[0].analysis.args[1].valueFrom', 'canary.steps[0].analysis.args[2].valueFrom', 'canary.steps[0].analysis.args[3].valueFrom.fieldRef.fieldPath',
    ]);
  });

  it('has experiments that end, and weights for their templates by Istio alone, beside the stable version', () => {
    expect(said(canary({ steps: [{ experiment: { templates: [{ name: 'a', specRef: 'canary', weight: 60 }, { name: 'a', specRef: 'stable' }] } }] }))).toEqual([
      'canary.steps[0].experiment.duration: nothing but a person ends this experiment.',
      'canary.steps[0].experiment.templates[1].name: a stands there twice.',
      'canary.steps[0].experiment.templates[0].weight: needs Istio: Pod counts split requests between two versions.',
    ]);
    const weighed = (...weights: number[]): object => ({ steps: [{ setWeight: 20 }, { experiment: { duration: '1m', templates: weights.map((weight, index) => ({ name: `t${index}`, specRef: 'canary', weight })) } }] });
    expect(said(routed(weighed(10, 69), istio))).toEqual([]);
    expect(said(routed(weighed(10, 70), istio))).toEqual(['canary.steps[1].experiment.templates[0].weight: the experiment is to get 80 and the canary 20 of 100, which leaves nothing for the stable version.']);
    expect(said(routed(weighed(-1, 101), istio))).toEqual(['canary.steps[1].experiment.templates[0].weight: -1 is not from 0 to 100.', 'canary.steps[1].experiment.templates[1].weight: 101 is not from 0 to 100.']);
    expect(said(routed(weighed(10)))).toEqual(['canary.steps[1].experiment.templates[0].weight: needs Istio: the routing product that is named splits requests between two versions.']);
    expect(said(routed(weighed(10), { ...istio, nginx: { stableIngress: 'web' } }))).toEqual(['canary.steps[1].experiment.templates[0].weight: stands beside nginx, where requests are split between two versions.']);
    expect(places(canary({ steps: [{ experiment: { templates: [{ name: 'a', specRef: 'canary' }], analyses: [{ name: 'x', templateName: 'y', requiredForCompletion: true }] } }] }), { analysisTemplates: [] })).toEqual(['canary.steps[0].experiment.analyses[0].templateName']);
  });
});
