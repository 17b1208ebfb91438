import { isNotFound } from '../../cluster/api-error.js';
import { oamResources, type Application, type ApplicationRevision } from '../../frontends/kubevela/application.js';
import { APP_NAME } from '../../frontends/kubevela/labels.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { nearestName } from '../../model/suggestion.js';
import type { Connection } from '../connection.js';
import { CliError } from '../errors.js';
import type { ApplicationObjects } from './view.js';

type Place = Pick<Connection, 'client' | 'namespace'>;

/** @throws CliError when there is no such Application, or the cluster knows none at all */
export async function findApplication(place: Place, name: string, signal: AbortSignal): Promise<Application> {
  const { client, namespace } = place;
  const plain = name.replace(/^(application|applications|app)\//, '');
  return (await client.find(oamResources.applications, { namespace, name: plain }, { signal })) ?? notFound(place, plain, signal);
}

async function notFound({ client, namespace }: Place, name: string, signal: AbortSignal): Promise<never> {
  let known: string[];
  try {
    known = (await client.list(oamResources.applications, { namespace, signal })).items.map(({ metadata }) => metadata.name).sort();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new CliError('the cluster does not know Applications. Install what reads them: serin install --frontends=kubevela; on a local cluster: serin local up --frontends=kubevela.');
  }
  const meant = nearestName(name, known);
  const hint = meant !== undefined ? ` Did you mean ${meant}?` : known.length > 0 ? ` There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.` : '';
  throw new CliError(`there is no Application "${name}" in namespace ${namespace}.${hint}`);
}

/** What the status of an Application is told from. */
export async function readApplication(place: Place, name: string, signal: AbortSignal): Promise<ApplicationObjects> {
  const { client, namespace } = place;
  const app = await findApplication(place, name, signal);
  const own = { namespace, labelSelector: `${APP_NAME}=${app.metadata.name}`, signal };
  const [deployments, replicaSets, pods, releases] = await Promise.all([
    client.list(resources.deployments, own), client.list(resources.replicaSets, own), client.list(resources.pods, own), client.list(serinResources.releases, { namespace, signal }),
  ]);
  return { app, deployments: deployments.items, replicaSets: replicaSets.items, pods: pods.items, releases: releases.items };
}

/** The revisions of an Application that are on record. */
export async function readRevisions({ client, namespace }: Place, app: string, signal: AbortSignal): Promise<readonly ApplicationRevision[]> {
  return (await client.list(oamResources.applicationRevisions, { namespace, labelSelector: `${APP_NAME}=${app}`, signal })).items;
}
