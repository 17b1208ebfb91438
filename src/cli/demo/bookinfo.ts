import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { ClusterClient } from '../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { CliError } from '../errors.js';

export const NAMESPACE = 'bookinfo';
const FOLDER = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), 'examples', 'bookinfo');

/** The table that says which local program each image stands for. */
export const imageTable = join(FOLDER, 'images.json');

/** Puts the program and its policy on a cluster. */
export async function applyBookinfo(client: ClusterClient): Promise<void> {
  const known: Resource<KubernetesObject>[] = [...Object.values(resources), ...Object.values(serinResources)];
  for (const file of ['bookinfo.yaml', 'policy.yaml']) {
    for (const document of parseAllDocuments(await readFile(join(FOLDER, file), 'utf8'))) {
      const object = document.toJS() as KubernetesObject;
      const resource = known.find(({ kind }) => kind === object.kind);
      if (!resource) throw new CliError(`${file}: kind ${object.kind} is not known here.`);
      await client.apply(resource, object, { fieldManager: 'serin-demo', force: true });
    }
  }
}

/** What still keeps the program from being up and in the policy's hands; undefined when nothing does. */
export async function waitsFor(client: ClusterClient): Promise<string | undefined> {
  const { items } = await client.list(resources.deployments, { namespace: NAMESPACE });
  const unready = items.filter(({ spec, status }) => (status?.availableReplicas ?? 0) < (spec.replicas ?? 1));
  if (unready.length > 0) return `Pods of ${unready.map(({ metadata }) => metadata.name).join(', ')}`;
  const policy = await client.get(serinResources.releasePolicies, { namespace: NAMESPACE, name: 'reviews' });
  if (policy.status?.phase !== 'Resting') return policy.status?.message ?? 'the controller to see the policy';
  const reviews = items.find(({ metadata }) => metadata.name === 'reviews');
  return reviews?.metadata.labels?.['serin.dev/policy'] === undefined ? 'the Deployment to be adopted' : undefined;
}

/** Does what a user does to release: sets another image. */
export async function setReviews(client: ClusterClient, version: string): Promise<void> {
  await client.patch(resources.deployments, { namespace: NAMESPACE, name: 'reviews' }, {
    kind: 'strategic',
    body: { spec: { template: { spec: { containers: [{ name: 'reviews', image: `bookinfo/reviews:${version}` }] } } } },
  });
}
