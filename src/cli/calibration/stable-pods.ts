import type { ClusterClient } from '../../cluster/client.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { canBeAsked, scrapeTargetOf } from '../../metrics/scraping/scrape-target.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { HASH_LABEL } from '../../model/version.js';
import { CliError } from '../errors.js';
import type { Measure } from './measure.js';
import type { PodPlace } from './pod-proxy.js';

/**
 * Where the Pods of a policy's stable version tell their metrics.
 * @throws CliError where there are fewer than two of them, with the reason
 */
export async function stablePods(client: ClusterClient, { metadata, status }: ReleasePolicy, scrape: Measure['scrape'], signal: AbortSignal): Promise<PodPlace[]> {
  const { namespace = '', name } = metadata;
  const stable = status?.stable;
  if (!stable) throw new CliError(`policy ${name} knows no stable version yet: ${status?.message ?? 'it waits for the controller to take notice.'}`);
  const { items } = await client.list(resources.pods, { namespace, labelSelector: `${HASH_LABEL}=${stable.hash}`, signal });
  const running = items.filter(canBeAsked);
  if (running.length < 2) throw new CliError(`stable ${stable.replicaSet} runs ${running.length === 1 ? 'one Pod' : 'no Pod'}; two halves need two at least. Scale it up for as long as this takes.`);
  const places = running.flatMap((pod) => placeOf(pod, scrape) ?? []);
  if (places.length >= 2) return places;
  const silent = running.filter((pod) => placeOf(pod, scrape) === undefined).map((pod) => pod.metadata.name);
  throw new CliError(`Pods of ${stable.replicaSet} do not say where their metrics are: ${silent.join(', ')}. Annotate the Pod template with prometheus.io/scrape: "true" and prometheus.io/port, or name from.scrape.port of the metric.`);
}

function placeOf(pod: Pod, scrape: Measure['scrape']): PodPlace | undefined {
  const { name, namespace = '' } = pod.metadata;
  const target = scrapeTargetOf(pod, { port: scrape?.port, path: scrape?.path });
  return target && { namespace, name, port: target.port, path: target.path };
}
