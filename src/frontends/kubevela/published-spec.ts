import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { Application, ApplicationRevision } from './application.js';
import { PUBLISH_VERSION } from './labels.js';

/**
 * The Application as it was published: who names versions by annotation publishes a changed spec by changing the name as well,
 * and until then the one on record counts.
 */
export function publishedApplication(app: Application, revisions: readonly KubernetesObject[]): Application {
  const version = app.metadata.annotations?.[PUBLISH_VERSION];
  if (version === undefined || version === '' || app.status?.workflow?.appRevision !== version) return app;
  const latest = app.status.latestRevision?.name;
  const record = revisions.find((each): each is ApplicationRevision => each.kind === 'ApplicationRevision' && each.metadata.name === latest && each.metadata.annotations?.[PUBLISH_VERSION] === version);
  const spec = record?.spec?.application?.spec;
  return spec === undefined ? app : { ...app, spec };
}
