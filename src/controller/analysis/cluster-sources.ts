import type { ClusterClient } from '../../cluster/client.js';
import { collectorFor, type CollectorDeps } from '../../metrics/collector-for.js';
import { SharedAnswers } from '../../metrics/prometheus/shared-answers.js';
import { createRequester, type AddressOf } from '../../metrics/requesting/requester.js';
import { createSecretReader } from '../../metrics/requesting/secret-reader.js';
import { createHttpPages } from '../../metrics/scraping/http-pages.js';
import { Scraping, type VersionServices } from '../../metrics/scraping/scraping.js';
import type { Release } from '../../model/release.js';
import type { Clock } from '../../ports/clock.js';
import type { Caches } from '../caches.js';
import { measuringJobs } from '../measuring-jobs.js';
import { serviceNames } from '../service-names.js';
import { environment } from '../step-job.js';
import type { WriteContext } from '../writes.js';
import { keyOf, versionsOf, type Sources } from './sources.js';

export interface ClusterSourcesOptions {
  /** How Jobs that measure something are written. */
  readonly writing: WriteContext;
  readonly client: Pick<ClusterClient, 'find'>;
  readonly caches: Pick<Caches, 'pods' | 'jobs'>;
  readonly clock: Clock;
  /** Where an address of a Pod is really found. */
  readonly resolve: (address: string, port: number) => { host: string; port: number };
  /** Where a name of the cluster is really found, for sources that are asked by URL. */
  readonly addressOf: AddressOf;
  /** The one namespace whose Pods are seen; all when absent. */
  readonly onlyNamespace?: string;
}

/** Samples as they are taken on a cluster: from Pods, gateways, and wherever policies say. Runs until it is stopped. */
export function startClusterSources(options: ClusterSourcesOptions): Sources & { stop(): Promise<void> } {
  const { writing, client, caches, clock, onlyNamespace } = options;
  const stopping = new AbortController();
  const pages = createHttpPages(options.resolve);
  const scraping = new Scraping({ pods: caches.pods, clock, fetch: pages.fetch, ...(onlyNamespace === undefined ? {} : { onlyNamespace }) });
  const requester = createRequester({ clock, addressOf: options.addressOf });
  const running = scraping.run(stopping.signal);
  const deps: Omit<CollectorDeps, 'exposed'> = { clock, pods: caches.pods, requester, secrets: createSecretReader(client, clock), shared: new SharedAnswers(clock), jobs: measuringJobs({ ...writing, caches }) };
  return {
    track: (release, versions, recorded) => scraping.track(keyOf(release), versions, recorded, servicesOf(release)),
    counts: (release) => scraping.counts(release),
    forget: (release) => scraping.forget(release),
    collectorOf(metric, { release, versions, step, lastAt }) {
      const { startedAt, step: present } = release.status ?? {};
      const about = {
        release, policy: release.spec.policy, hashes: versions, variables: environment(release),
        since: Date.parse((step === undefined ? startedAt : present?.startedAt) ?? '') || clock.now(),
        ...(step === undefined ? {} : { step }),
        ...(lastAt === undefined ? {} : { lastAt }),
      };
      return collectorFor(metric, about, { ...deps, exposed: (exposed) => scraping.collector(keyOf(release), versionsOf(release), exposed, servicesOf(release)) });
    },
    async stop() {
      stopping.abort(new Error('nothing is sampled any more'));
      await running;
      await requester.stop();
      await pages.close();
    },
  };
}

/** The Services that lead to one version each, where the router splits between two; so gateways can tell the versions apart. */
function servicesOf({ spec }: Release): VersionServices | undefined {
  const { service, canaryService } = serviceNames(spec, spec.policy);
  if (spec.stable.service !== undefined && spec.canary.service !== undefined) return { stable: spec.stable.service, canary: spec.canary.service };
  if (service === '' || !(spec.router?.gatewayApi ?? spec.router?.ingressNginx)) return undefined;
  return { stable: service, canary: canaryService };
}
