import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesObject, Resource } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { SteeredProgram } from '../../../scenarios/steered-program.js';
import { shareTolerance } from '../../../scenarios/traffic.js';
import { networks } from '../../lab/networks.js';
import type { Lab } from '../../lab/open-lab.js';
import { programPath } from '../../lab/programs.js';
import { keepLogs } from '../../lab/shared-lab.js';
import { startOwnCluster, type OwnCluster } from '../installation/own-cluster.js';
import { startChartRepository, versionOf, type ChartRepository } from './chart-repository.js';
import { Guide } from './guide.js';
import { LoadBalancers } from './load-balancer.js';
import { SecureVisitors, askSecurely, type SecureAnswer, type SecureHost, type VisitReport } from './secure-visitors.js';

const START_MILLISECONDS = 170_000;
const GUIDE_MILLISECONDS = 420_000;
/** So many answers tell a share. */
const COUNTED = 400;
const namespace = 'shop';
const host = 'shop.example.com';

interface Certificate extends KubernetesObject {
  readonly spec: { readonly secretName: string; readonly dnsNames: readonly string[] };
  readonly status?: { readonly revision?: number; readonly conditions?: readonly Readonly<Record<string, unknown>>[] };
}
const certificates: Resource<Certificate> = { group: 'cert-manager.io', version: 'v1', kind: 'Certificate', plural: 'certificates', namespaced: true };

const program = (...command: string[]): object => ({ command });
const certManager = (name: string): object => program(programPath('cert-manager'), name);

/** What the images of both charts stand for. */
const images = (): Readonly<Record<string, object>> => ({
  'registry.k8s.io/ingress-nginx/controller:*': program('sh', join(import.meta.dirname, 'ingress-controller.sh'), programPath('traefik')),
  ...Object.fromEntries(['controller', 'webhook', 'cainjector', 'startupapicheck'].map((name) => [`quay.io/jetstack/cert-manager-${name}:*`, certManager(name)])),
});

const share = (answers: readonly SecureAnswer[], version: string): number => answers.filter((answer) => answer.version === version).length / answers.length;
const seen = (answers: readonly SecureAnswer[], what: keyof SecureAnswer): unknown[] => [...new Set(answers.map((answer) => answer[what]))].sort();

/** One after the other: each goes on from what the one before left. */
describe.sequential('a first real cluster, as docs/first-cluster.md says', () => {
  let cluster: OwnCluster;
  let lab: Lab;
  let charts: ChartRepository;
  let balancers: LoadBalancers;
  let guide: Guide;
  let shop: SteeredProgram;
  let site: SecureHost;

  beforeAll(async () => {
    // An API server beside no kube-proxy: it calls webhooks at the addresses of their Pods.
    cluster = await startOwnCluster(AbortSignal.timeout(START_MILLISECONDS), { network: networks.firstCluster, nodes: 2, images: images(), apiServerFlags: ['--enable-aggregator-routing=true'] });
    ({ lab } = cluster);
    const packages = join(lab.directory, 'charts');
    await mkdir(packages);
    charts = await startChartRepository(packages, { 'ingress-nginx-chart': undefined, 'cert-manager': versionOf('cert-manager') });
    balancers = new LoadBalancers(lab.client);
    guide = await Guide.open(lab, charts.url);
    shop = new SteeredProgram(lab, namespace);
  }, START_MILLISECONDS);
  afterAll(async () => {
    await balancers?.stop();
    await charts?.stop();
    if (cluster) await keepLogs(lab.directory, 'first-cluster');
    await cluster?.stop();
  });

  const ingresses = async (): Promise<KubernetesObject[]> => (await lab.client.list(resources.ingresses, { namespace })).items;
  const ownCertificates = async (): Promise<Certificate[]> => (await lab.client.list(certificates, { namespace })).items;

  it('the charts of ingress-nginx and cert-manager, Serin, a program with a TLS host, a policy', { timeout: GUIDE_MILLISECONDS }, async () => {
    const printed = await guide.type('cluster');
    expect(printed).toMatch(/node-[01] says hello from v1 at \//);
    expect(printed).toMatch(/ok +ingress-nginx +IngressClass nginx, and its controller runs/);
    const service = await lab.client.get(resources.services, { namespace: 'ingress-nginx', name: 'ingress-nginx-controller' });
    const secret = await lab.client.get(resources.secrets, { namespace, name: 'shop-tls' });
    site = {
      host,
      addresses: (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip])),
      authority: Buffer.from(secret.data?.['ca.crt'] ?? '', 'base64').toString(),
    };
    expect(site.addresses).toHaveLength(2);
    for (const turn of site.addresses.keys()) await eventually('each replica of ingress-nginx answers', async () => (await askSecurely(site, turn).catch(() => undefined))?.status === 200);
  });

  it('[S0-10] ingress-nginx by its chart and a values file: requests reach Pods on several Nodes, and a canary goes through it', { timeout: GUIDE_MILLISECONDS }, async () => {
    const visitors = new SecureVisitors(site);
    let report: VisitReport;
    try {
      await eventually('both Nodes serve', () => Promise.resolve(seen(visitors.answers, 'node').length === 2));
      await guide.type('release');
      shop.follow();
      await shop.atPause();
      const canary = await lab.client.get(resources.ingresses, { namespace, name: 'shop-serin-canary' });
      expect(Object.keys(canary.metadata.annotations ?? {}).filter((key) => key.includes('cert-manager') || key.includes('acme'))).toEqual([]);
      expect(canary.spec.tls).toBeUndefined();
      const before = visitors.answers.length;
      const counted = await eventually('enough have come', () => Promise.resolve(visitors.answers.length - before >= COUNTED && visitors.answers.slice(before)), 120);
      expect(Math.abs(share(counted, 'v2') - 0.2)).toBeLessThan(shareTolerance(counted.length));
      expect(seen(counted.filter(({ version }) => version === 'v1'), 'node')).toEqual(['node-0', 'node-1']);
      await guide.type('go-on');
      await shop.atRest();
      const after = visitors.answers.length;
      await eventually('both Nodes serve the new version', () => Promise.resolve(seen(visitors.answers.slice(after), 'node').length === 2));
      expect(seen(visitors.answers.slice(after), 'version')).toEqual(['v2']);
    } finally {
      report = await visitors.stop();
    }
    expect({ failures: report.failures, several: report.answers.length > COUNTED }).toEqual({ failures: [], several: true });
    expect((await ingresses()).map(({ metadata }) => metadata.name)).toEqual(['shop']);
  });

  it('[S0-11] cert-manager by its chart: a TLS host is verified throughout a canary, in the middle of which its certificate is renewed', { timeout: GUIDE_MILLISECONDS }, async () => {
    const [first] = await ownCertificates();
    expect(first?.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['Ingress shop']);
    const visitors = new SecureVisitors(site);
    let report: VisitReport;
    try {
      const { certificate: old } = await askSecurely(site);
      await shop.set('registry.example.com/shop:v3');
      await shop.atPause();
      await renew('shop-tls');
      await eventually('both replicas show the new certificate', async () => (await Promise.all(site.addresses.map((_, turn) => askSecurely(site, turn)))).every(({ certificate }) => certificate !== old));
      const atShare = visitors.answers.length;
      await eventually('both versions are met', () => Promise.resolve(seen(visitors.answers.slice(atShare), 'version').length === 2));
      await shop.goOn();
      await shop.ends('Completed', 180);
      await shop.atRest();
      const after = visitors.answers.length;
      await eventually('the new version is met', () => Promise.resolve(visitors.answers.length > after + 20));
      expect(seen(visitors.answers.slice(after), 'version')).toEqual(['v3']);
    } finally {
      report = await visitors.stop();
    }
    // All by the two certificates; the authority is checked in each handshake.
    expect({ failures: report.failures, certificates: seen(report.answers, 'certificate').length }).toEqual({ failures: [], certificates: 2 });
    // One certificate of one owner, issued twice: no Ingress of Serin's asked for any.
    const all = await ownCertificates();
    expect(all.map(({ metadata, status }) => [metadata.name, status?.revision, metadata.ownerReferences?.[0]?.name])).toEqual([['shop-tls', 2, 'shop']]);
    const { items: events } = await lab.client.list({ group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true } as Resource<KubernetesObject & { involvedObject: { kind: string }; type: string; message: string }>, { namespace });
    expect(events.filter(({ involvedObject, type }) => type === 'Warning' && ['Ingress', 'Certificate'].includes(involvedObject.kind)).map(({ message }) => message)).toEqual([]);
  });

  it('a version that is taken back by hand: the host is verified all the while, and its Ingress is as it was', { timeout: GUIDE_MILLISECONDS }, async () => {
    const found = (await ingresses()).map(({ metadata, ...object }) => [metadata.name, metadata.annotations, Reflect.get(object, 'spec')]);
    const visitors = new SecureVisitors(site);
    let report: VisitReport;
    try {
      await shop.set('registry.example.com/shop:v2');
      await shop.atPause();
      await eventually('the new version is met', () => Promise.resolve(visitors.answers.some(({ version }) => version === 'v2')));
      expect(await lab.serin('abort', 'shop', '-n', namespace)).toMatchObject({ code: 0 });
      await shop.ends('Aborted', 180);
      const after = visitors.answers.length;
      await eventually('some more have come', () => Promise.resolve(visitors.answers.length > after + 100), 120);
      expect(seen(visitors.answers.slice(after), 'version')).toEqual(['v3']);
    } finally {
      report = await visitors.stop();
    }
    expect(report.failures).toEqual([]);
    expect((await ingresses()).map(({ metadata, ...object }) => [metadata.name, metadata.annotations, Reflect.get(object, 'spec')])).toEqual(found);
  });

  /** As `cmctl renew` does: it says that the certificate is to be issued anew. */
  async function renew(name: string): Promise<void> {
    const { metadata, status } = await lab.client.get(certificates, { namespace, name });
    const issuing = { type: 'Issuing', status: 'True', reason: 'ManuallyTriggered', message: 'Certificate re-issuance manually triggered', lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ''), observedGeneration: metadata.generation };
    const conditions = [...(status?.conditions ?? []).filter(({ type }) => type !== 'Issuing'), issuing];
    await lab.client.patch(certificates, { namespace, name }, { kind: 'merge', body: { status: { conditions } } }, { subresource: 'status' });
    await eventually('it is issued anew', async () => (await lab.client.get(certificates, { namespace, name })).status?.revision === (status?.revision ?? 0) + 1);
  }
});
