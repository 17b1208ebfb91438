import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { Namespace, Pod } from '../../kubernetes/generated/core-v1.js';
import type { NetworkPolicy } from '../../kubernetes/generated/networking-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { Analysis } from '../../model/policy/analysis.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { ClusterFacts } from './facts.js';
import { checkScraping } from './scraping.js';

type Facts = Parameters<typeof checkScraping>[0];

const policy = (analysis?: Analysis, status: ReleasePolicy['status'] = { phase: 'Resting', stable: { replicaSet: 'web-a', hash: 'a' } }): ReleasePolicy =>
  ({ metadata: { name: 'web', namespace: 'shop' }, spec: { workload: { deployment: 'web' }, strategy: { rolling: {} }, ...(analysis ? { analysis } : {}) }, status }) as unknown as ReleasePolicy;
const pod = (annotations: Record<string, string>, containers: object[] = [{ name: 'web', image: 'i' }]): Pod =>
  ({ metadata: { name: 'web-a-1', namespace: 'shop', labels: { app: 'web', 'pod-template-hash': 'a' }, annotations }, spec: { containers }, status: { phase: 'Running', podIP: '10.244.0.9' } }) as unknown as Pod;
const scraped = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' };
const controller = { metadata: { name: 'serin', namespace: 'serin-system' }, spec: { template: { metadata: { labels: { app: 'serin' } }, spec: { containers: [] } } } } as unknown as Deployment;
const home = { metadata: { name: 'serin-system', labels: { team: 'platform' } } } as unknown as Namespace;

const facts = (change: Partial<Facts>): Facts => ({
  policies: [policy()], pods: [pod(scraped)], networkPolicies: [], peerAuthentications: 'unserved', metricTemplates: [], clusterMetricTemplates: [], secrets: {}, controllers: [controller], namespaces: [home] as ClusterFacts['namespaces'], ...change,
});
const told = (change: Partial<Facts> = {}): string[] => checkScraping(facts(change)).map(({ result, message }) => `${result} ${message}`);
const FINE = ['ok What policies judge by can be had, as far as it can be seen from here.'];

describe('metrics', () => {
  it('can be had', () => {
    expect(told()).toEqual(FINE);
    expect(told({ policies: [] })).toEqual([]);
    expect(told({ policies: [policy(undefined, { phase: 'Refused', message: 'x' })], pods: [pod({})] })).toEqual([]);
    expect(told({ pods: 'forbidden', networkPolicies: 'forbidden', metricTemplates: 'forbidden', namespaces: 'forbidden' })).toEqual(FINE);
  });

  it('are asked of Pods that say where they are', () => {
    expect(told({ pods: [pod({}), pod(scraped)] })).toEqual([expect.stringMatching(/^warn 1 Pod of shop\/web \(web-a-1…\) does not say where its metrics are: unless a gateway tells of its requests, errors, latency will have no samples\.$/)]);
    expect(told({ pods: [pod({})], policies: [policy({ metrics: [{ name: 'own', errorRate: {}, from: { scrape: { port: 9000 } } }] })] })).toEqual(FINE);
    expect(told({ pods: [pod({})], policies: [policy({ metrics: [{ name: 'own', condition: { every: '1s' }, from: { web: { url: 'http://x', timeout: '1s' } } }] })] })).toEqual(FINE);
    // Those of another version are not the policy's stable ones.
    expect(told({ pods: [{ ...pod({}), metadata: { ...pod({}).metadata, labels: { 'pod-template-hash': 'b' } } }] })).toEqual(FINE);
  });

  it('may come from templates, which are there', () => {
    const named = (kind?: 'ClusterMetricTemplate'): ReleasePolicy => policy({ metrics: [{ name: 'lag', template: { name: 'lag', ...(kind ? { kind } : {}) } }] });
    const template = { metadata: { name: 'lag', namespace: 'shop' }, spec: { errorRate: {} } } as never;
    expect(told({ policies: [named()] })).toEqual(['fail Metric lag of shop/web names the MetricTemplate lag, which is not there.']);
    expect(told({ policies: [named()], metricTemplates: [{ metadata: { name: 'lag', namespace: 'other' }, spec: {} } as never] })).toHaveLength(1);
    expect(told({ policies: [named()], metricTemplates: [template] })).toEqual(FINE);
    expect(told({ policies: [named('ClusterMetricTemplate')], metricTemplates: [template] })).toEqual(['fail Metric lag of shop/web names the ClusterMetricTemplate lag, which is not there.']);
    expect(told({ policies: [named('ClusterMetricTemplate')], clusterMetricTemplates: [template] })).toEqual(FINE);
  });

  it('may take Secrets', () => {
    const policies = [policy({ metrics: [{ name: 'dog', errorRate: {}, from: { datadog: { every: '15s', timeout: '10s', apiKey: { secret: 'dog', key: 'api' }, applicationKey: { secret: 'app', key: 'app' } } } }] })];
    expect(told({ policies, secrets: { 'shop/dog': 'missing', 'shop/app': 'forbidden' } })).toEqual(['fail Secret shop/dog, which shop/web reads for its metrics, is not there.']);
    expect(told({ policies, secrets: { 'shop/dog': 'there', 'shop/app': 'there' } })).toEqual(FINE);
  });
});

describe('networks', () => {
  const wall = (ingress: NetworkPolicy['spec']['ingress'], spec: Partial<NetworkPolicy['spec']> = {}): NetworkPolicy =>
    ({ apiVersion: '', kind: '', metadata: { name: 'wall', namespace: 'shop' }, spec: { podSelector: {}, ...(ingress ? { ingress } : {}), ...spec } });
  const KEPT = ['warn NetworkPolicy shop/wall keeps namespace serin-system, where Serin runs, from port 9090 of shop/web: errors, latency will have no samples.'];

  it.each<[string, NetworkPolicy[], boolean]>([
    ['nothing is let in', [wall(undefined)], true],
    ['only the own namespace', [wall([{ from: [{ podSelector: {} }] }])], true],
    ['another port', [wall([{ ports: [{ port: 8080 }] }])], true],
    ['a port by a name that no container has', [wall([{ ports: [{ port: 'metrics' }] }])], true],
    ['another protocol', [wall([{ ports: [{ port: 9090, protocol: 'UDP' }] }])], true],
    ['other Pods of the right namespace', [wall([{ from: [{ namespaceSelector: { matchLabels: { team: 'platform' } }, podSelector: { matchLabels: { app: 'other' } } }] }])], true],
    ['everything', [wall([{}])], false],
    ['the right namespace, by its name', [wall([{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'serin-system' } } }] }])], false],
    ['the right namespace, Pods and a range of ports', [wall([{ from: [{ namespaceSelector: { matchLabels: { team: 'platform' } }, podSelector: { matchLabels: { app: 'serin' } } }], ports: [{ port: 9000, endPort: 9100 }] }])], false],
    ['addresses, which may be anybody’s', [wall([{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }])], false],
    ['one lets in what the other does not', [wall(undefined), wall([{}])], false],
    ['a wall for other Pods', [wall(undefined, { podSelector: { matchLabels: { app: 'other' } } })], false],
    ['a wall for what goes out', [wall(undefined, { policyTypes: ['Egress'] })], false],
  ])('%s', (_, networkPolicies, kept) => {
    expect(told({ networkPolicies })).toEqual(kept ? networkPolicies.map(() => KEPT[0]).slice(0, 1) : FINE);
  });
});

describe('a mesh that takes only mutual TLS', () => {
  const peer = (namespace: string, spec: object): KubernetesObject => ({ apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name: 'strict', namespace }, spec }) as KubernetesObject;
  const strict = { mtls: { mode: 'STRICT' } };
  const selector = { matchLabels: { app: 'web' } };
  const injected = (annotations: Record<string, string> = scraped): Pod => pod(annotations, [{ name: 'web' }, { name: 'istio-proxy' }]);

  it.each<[string, Pod, KubernetesObject[], boolean]>([
    ['of the namespace', injected(), [peer('shop', strict)], true],
    ['of the whole mesh', injected(), [peer('istio-system', strict)], true],
    ['at this port', injected(), [peer('shop', { selector, mtls: { mode: 'PERMISSIVE' }, portLevelMtls: { 9090: { mode: 'STRICT' } } })], true],
    ['but the namespace does not', injected(), [peer('istio-system', strict), peer('shop', { mtls: { mode: 'PERMISSIVE' } })], false],
    ['but leaves it unset', injected(), [peer('istio-system', strict), peer('shop', { mtls: { mode: 'UNSET' } })], true],
    ['but not at this port', injected(), [peer('shop', strict), peer('shop', { selector, ...strict, portLevelMtls: { 9090: { mode: 'PERMISSIVE' } } })], false],
    ['of another workload', injected(), [peer('shop', { selector: { matchLabels: { app: 'other' } }, ...strict })], false],
    ['of another namespace', injected(), [peer('other', strict)], false],
    ['without a sidecar', pod(scraped), [peer('shop', strict)], false],
    ['with merged metrics', injected({ ...scraped, 'prometheus.io/port': '15020' }), [peer('shop', strict)], false],
    ['past the sidecar', injected({ ...scraped, 'traffic.sidecar.istio.io/excludeInboundPorts': '8080, 9090' }), [peer('shop', strict)], false],
  ])('%s', (_, each, peerAuthentications, kept) => {
    expect(told({ pods: [each], peerAuthentications })).toEqual(kept ? [expect.stringMatching(/^warn PeerAuthentication \S+\/strict lets only mutual TLS to port 9090 of shop\/web, and Pods are asked in plain HTTP: errors, latency will have no samples\.$/)] : FINE);
  });
});
