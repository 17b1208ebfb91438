import type { Rollout } from '../../src/frontends/argo/kinds/rollout.js';
import type { UnknownObject } from '../../src/kubernetes/objects.js';
import type { Action, RolloutStory } from './rollout-story.js';
import { analysisOf, canary, hostSplit, hostSplitOf, keepsAsking, named, nginx, rollout, service, services, subsetSplit, template, withNginx } from './story-objects.js';

const plugin = (...args: string[]): Action => ({ plugin: args });
const image = (version: string): Action => plugin('set', 'image', '{rollout}', `shop=example/shop:${version}`);
const promote = plugin('promote', '{rollout}');
const full = plugin('promote', '{rollout}', '--full');
const abort = plugin('abort', '{rollout}');
const retry = plugin('retry', 'rollout', '{rollout}');
const undo = plugin('undo', '{rollout}');
const scale = (replicas: number): Action => ({ patch: { spec: { replicas } } });
const part = (name: string, ...actions: Action[]) => ({ name, actions });

const twoStops = [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }];
const analyse = (templateName: string) => ({ analysis: { templates: [{ templateName }] } });
const experiment = (analyses: { name: string; templateName: string }[] = []) => ({
  experiment: { duration: '3s', scaleDownDelaySeconds: 2, templates: [{ name: 'baseline', specRef: 'stable' as const, replicas: 1 }, { name: 'trial', specRef: 'canary' as const, replicas: 1 }], ...(analyses.length === 0 ? {} : { analyses }) },
});
/** Without a duration it goes on until somebody goes on, or back. */
const weighed = { experiment: { scaleDownDelaySeconds: 2, templates: [{ name: 'baseline', specRef: 'stable' as const, replicas: 1, weight: 10 }, { name: 'trial', specRef: 'canary' as const, replicas: 1 }] } };
const byHosts = { istio: { virtualService: { name: 'shop', routes: ['primary'] } } };
const short = { scaleDownDelaySeconds: 3, abortScaleDownDelaySeconds: 3 };

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'shop' }, spec: { replicas: 0, selector: { matchLabels: { app: 'shop' } }, template: template('v1') } };

const byReference: Rollout = { ...canary({}), spec: { replicas: 2, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' }, strategy: { canary: { ...nginx, ...short, steps: twoStops } } } };

/** What is played by Argo Rollouts itself and by Serin, with the same end of each part. */
export const stories: readonly RolloutStory[] = [
  {
    name: 'canary by Pod counts',
    objects: [canary({ steps: twoStops })],
    parts: [part('a new version', image('v2')), part('promoted', promote), part('promoted again', promote), part('the next version', image('v3')), part('aborted', abort), part('retried', retry), part('promoted in full', full)],
  },
  {
    name: 'canary by Pod counts with Services',
    objects: [...services, canary({ ...named, steps: twoStops })],
    parts: [part('a new version', image('v2')), part('aborted', abort), part('undone', undo), part('another version', image('v3')), part('promoted in full', full)],
  },
  { name: 'canary without steps', objects: [canary({ steps: [] })], parts: [part('a new version', image('v2'))] },
  {
    name: 'canary through ingress-nginx',
    objects: [...withNginx, canary({ ...nginx, ...short, steps: twoStops })],
    parts: [
      part('a new version', image('v2')), part('promoted', promote), part('aborted', abort), part('retried', retry), part('yet another version in the middle', image('v3')),
      part('promoted in full', full), part('back to the version before', undo), part('forward again in the middle', image('v3')),
    ],
  },
  {
    name: 'sizes apart from weights',
    objects: [...withNginx, canary({ ...nginx, ...short, steps: [{ setCanaryScale: { replicas: 1 } }, { pause: {} }, { setWeight: 50 }, { pause: {} }, { setCanaryScale: { weight: 75 } }, { pause: {} }, { setCanaryScale: { matchTrafficWeight: true } }, { pause: {} }] })],
    parts: [part('a new version', image('v2')), part('second stop', promote), part('third stop', promote), part('fourth stop', promote), part('to the end', promote)],
  },
  {
    name: 'scaled at every moment',
    objects: [...withNginx, canary({ ...nginx, ...short, steps: twoStops })],
    parts: [part('at rest', scale(6)), part('a new version', image('v2')), part('up in the middle', scale(8)), part('down in the middle', scale(4)), part('aborted', abort), part('after an abort', scale(5)), part('retried in full', retry, full)],
  },
  {
    name: 'stable gives its Pods up',
    objects: [...withNginx, canary({ ...nginx, dynamicStableScale: true, steps: twoStops })],
    parts: [part('a new version', image('v2')), part('promoted', promote), part('aborted', abort), part('retried', retry), part('promoted in full', full)],
  },
  {
    name: 'blue-green by hand',
    objects: [service('shop-active'), service('shop-preview'), rollout({ strategy: { blueGreen: { activeService: 'shop-active', previewService: 'shop-preview', autoPromotionEnabled: false, ...short } } })],
    parts: [part('a new version', image('v2')), part('promoted', promote), part('the next version', image('v3')), part('aborted', abort), part('retried', retry), part('promoted in full', full)],
  },
  {
    name: 'blue-green by itself, with a small preview',
    objects: [service('shop-active'), service('shop-preview'), rollout({ strategy: { blueGreen: { activeService: 'shop-active', previewService: 'shop-preview', autoPromotionSeconds: 2, previewReplicaCount: 1, ...short } } })],
    parts: [part('a new version', image('v2')), part('another one', image('v3'))],
  },
  {
    name: 'blue-green with a small preview, by hand',
    objects: [service('shop-active'), service('shop-preview'), rollout({ strategy: { blueGreen: { activeService: 'shop-active', previewService: 'shop-preview', autoPromotionEnabled: false, previewReplicaCount: 1, ...short } } })],
    parts: [part('a new version', image('v2')), part('promoted', promote)],
  },
  {
    name: 'Istio by hosts',
    objects: [...services, hostSplit, canary({ ...named, ...short, trafficRouting: { istio: { virtualService: { name: 'shop', routes: ['primary'] } } }, steps: twoStops })],
    parts: [part('a new version', image('v2')), part('promoted', promote), part('aborted', abort), part('retried in full', retry, full)],
  },
  {
    name: 'Istio by subsets',
    objects: [service('shop'), ...subsetSplit, canary({ ...short, trafficRouting: { istio: { virtualService: { name: 'shop' }, destinationRule: { name: 'shop', stableSubsetName: 'stable', canarySubsetName: 'canary' } } }, steps: twoStops })],
    parts: [part('a new version', image('v2')), part('promoted', promote), part('aborted', abort), part('retried in full', retry, full)],
  },
  {
    name: 'routes by header and mirrors',
    objects: [
      ...services, hostSplit,
      canary({
        ...named, ...short,
        trafficRouting: { managedRoutes: [{ name: 'testers' }, { name: 'copies' }], istio: { virtualService: { name: 'shop', routes: ['primary'] } } },
        steps: [
          { setWeight: 20 }, { setHeaderRoute: { name: 'testers', match: [{ headerName: 'x-tester', headerValue: { exact: 'yes' } }] } }, { pause: {} },
          { setMirrorRoute: { name: 'copies', percentage: 35, match: [{ method: { exact: 'GET' }, path: { prefix: '/' } }] } }, { pause: {} },
          { setHeaderRoute: { name: 'testers' } }, { pause: {} }, { setMirrorRoute: { name: 'copies' } }, { setWeight: 40 }, { pause: {} },
        ],
      }),
    ],
    parts: [part('a new version', image('v2')), part('mirrored', promote), part('without the header', promote), part('without the mirror', promote), part('to the end', promote)],
  },
  {
    name: 'paused by its spec',
    objects: [...withNginx, canary({ ...nginx, ...short, steps: [{ setWeight: 50 }] })],
    parts: [part('paused', plugin('pause', '{rollout}')), part('a new version while paused', image('v2')), part('scaled while paused', scale(6)), part('resumed', { patch: { spec: { paused: false } } })],
  },
  {
    name: 'a version that never gets ready',
    objects: [...withNginx, canary({ ...nginx, ...short, steps: twoStops }, { progressDeadlineSeconds: 4 })],
    parts: [part('a bad version', image('never-ready')), part('a good one', image('v3')), part('promoted in full', full)],
  },
  {
    name: 'a version that never gets ready is aborted',
    objects: [...withNginx, canary({ ...nginx, ...short, steps: twoStops }, { progressDeadlineSeconds: 10, progressDeadlineAbort: true })],
    parts: [part('a bad version', image('never-ready')), part('undone', undo)],
  },
  {
    name: 'a window of rollbacks',
    objects: [...withNginx, canary({ ...nginx, ...short, steps: twoStops }, { rollbackWindow: { revisions: 2 } })],
    parts: [part('a new version', image('v2')), part('promoted in full', full), part('the third', image('v3')), part('the third promoted', full), part('back within the window', image('v2'))],
  },
  {
    name: 'its template is a Deployment’s',
    objects: [deployment, ...withNginx, byReference],
    parts: [part('a new version', { apply: { ...deployment, spec: { selector: { matchLabels: { app: 'shop' } }, template: template('v2') } } as UnknownObject }), part('promoted in full', full)],
  },
  {
    name: 'restarted',
    objects: [...withNginx, canary({ ...nginx, ...short, steps: twoStops })],
    parts: [part('every Pod anew', plugin('restart', '{rollout}'))],
  },
  {
    name: 'steps that are changed',
    objects: [...withNginx, canary({ ...nginx, ...short, steps: twoStops })],
    parts: [part('a new version', image('v2')), part('promoted', promote), part('other steps', { patch: { spec: { strategy: { canary: { steps: [{ setWeight: 10 }, { pause: {} }] } } } } })],
  },
  {
    name: 'what makes no sense',
    // Argo Rollouts looks again every 20 seconds.
    stillFor: 25_000,
    objects: [...withNginx, canary({ ...nginx, trafficRouting: { nginx: { stableIngress: 'no-such' } }, steps: twoStops })],
    parts: [part('made good', { patch: { spec: { strategy: { canary: { trafficRouting: { nginx: { stableIngress: 'shop' } } } } } } })],
  },
  {
    name: 'analyses between steps',
    objects: [...withNginx, analysisOf('good'), analysisOf('bad'), canary({ ...nginx, ...short, steps: [{ setWeight: 25 }, analyse('good'), { setWeight: 50 }, { pause: {} }, analyse('bad'), { setWeight: 75 }] })],
    parts: [part('a new version', image('v2')), part('failed', promote), part('retried', retry), part('promoted in full', full)],
  },
  {
    name: 'an analysis that cannot tell',
    objects: [...withNginx, analysisOf('unclear'), canary({ ...nginx, ...short, steps: [{ setWeight: 25 }, analyse('unclear'), { setWeight: 50 }, { pause: {} }] })],
    parts: [part('a new version', image('v2')), part('promoted', promote), part('to the end', promote)],
  },
  {
    name: 'an analysis in the background',
    objects: [...withNginx, keepsAsking('good'), canary({ ...nginx, ...short, analysis: { templates: [{ templateName: 'good' }], startingStep: 2 }, steps: twoStops })],
    parts: [part('a new version', image('v2')), part('analysed', promote), part('to the end', promote)],
  },
  {
    name: 'a failing analysis in the background',
    objects: [...withNginx, keepsAsking('bad'), canary({ ...nginx, ...short, analysis: { templates: [{ templateName: 'bad' }], startingStep: 2 }, steps: twoStops })],
    parts: [part('a new version', image('v2')), part('failed', promote)],
  },
  {
    name: 'analyses before and after a switch',
    objects: [
      service('shop-active'), service('shop-preview'), analysisOf('good'), analysisOf('bad'),
      rollout({ strategy: { blueGreen: { activeService: 'shop-active', previewService: 'shop-preview', ...short, prePromotionAnalysis: { templates: [{ templateName: 'good' }] }, postPromotionAnalysis: { templates: [{ templateName: 'bad' }] } } } }),
    ],
    parts: [part('taken back after the switch', image('v2')), part('undone', undo)],
  },
  {
    name: 'a failing analysis before a switch',
    objects: [service('shop-active'), service('shop-preview'), analysisOf('bad'), rollout({ strategy: { blueGreen: { activeService: 'shop-active', previewService: 'shop-preview', ...short, prePromotionAnalysis: { templates: [{ templateName: 'bad' }] } } } })],
    parts: [part('never switched', image('v2')), part('undone', undo)],
  },
  {
    name: 'an experiment between steps',
    objects: [...withNginx, canary({ ...nginx, ...short, steps: [{ setWeight: 25 }, experiment(), { setWeight: 50 }, { pause: {} }] })],
    parts: [part('a new version', image('v2')), part('to the end', promote)],
  },
  {
    name: 'an experiment that fails',
    objects: [...withNginx, analysisOf('bad'), canary({ ...nginx, ...short, steps: [{ setWeight: 25 }, experiment([{ name: 'answers', templateName: 'bad' }]), { setWeight: 50 }, { pause: {} }] })],
    parts: [part('a new version', image('v2')), part('undone', undo)],
  },
  {
    name: 'ping-pong',
    objects: [service('shop-ping'), service('shop-pong'), hostSplitOf('shop-ping', 'shop-pong'), canary({ pingPong: { pingService: 'shop-ping', pongService: 'shop-pong' }, ...short, trafficRouting: byHosts, steps: twoStops })],
    parts: [
      part('a new version', image('v2')), part('promoted', promote), part('to the end', promote), part('the next version', image('v3')), part('promoted in full', full),
      part('yet another one', image('v4')), part('aborted', abort), part('retried', retry), part('undone', undo),
    ],
  },
  {
    name: 'a weighed experiment by hosts',
    objects: [...services, hostSplit, canary({ ...named, ...short, trafficRouting: byHosts, steps: [{ setWeight: 20 }, weighed, { setWeight: 50 }, { pause: {} }] })],
    parts: [part('a new version', image('v2')), part('past it', promote), part('to the end', promote)],
  },
  {
    name: 'a weighed experiment by subsets',
    objects: [service('shop'), ...subsetSplit, canary({ ...short, trafficRouting: { istio: { virtualService: { name: 'shop' }, destinationRule: { name: 'shop', stableSubsetName: 'stable', canarySubsetName: 'canary' } } }, steps: [{ setWeight: 20 }, weighed, { setWeight: 50 }, { pause: {} }] })],
    parts: [part('a new version', image('v2')), part('past it', promote), part('promoted in full', full)],
  },
];
