import type { ObjectMeta } from '../../../kubernetes/generated/meta-v1.js';
import { controllerReference } from '../../../kubernetes/owners.js';
import type { Application, Component } from '../application.js';
import { APP_NAME, APP_NAMESPACE, APP_REVISION, APP_REVISION_HASH, COMPONENT, FRONTEND, FRONTEND_LABEL, RESOURCE_TYPE, REVISION, TRAIT_RESOURCE, TRAIT_TYPE, WORKLOAD_TYPE } from '../labels.js';

/** The revision of the Application that an object is rendered from. */
export interface RevisionOfApplication {
  readonly name: string;
  readonly hash: string;
}

/** What an object is of its component. */
export type Role = { readonly workload: string; readonly revision: string } | { readonly trait: string; readonly resource: string };

/** Of an object that belongs to an Application: gone when the Application is. One without a uid, as out of a file, owns nothing yet. */
export const ownedBy = (app: Application): Pick<ObjectMeta, 'ownerReferences'> =>
  app.metadata.uid === undefined ? {} : { ownerReferences: [controllerReference(app)] };

/** Metadata of an object that is rendered from a component. */
export function metadataOf(app: Application, component: Component, name: string, role: Role, of: RevisionOfApplication | undefined): ObjectMeta {
  const { namespace } = app.metadata;
  const ofApplication = of ?? revisionInStatus(app);
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: {
      [APP_NAME]: app.metadata.name ?? '',
      [APP_NAMESPACE]: namespace ?? 'default',
      [COMPONENT]: component.name,
      ...(ofApplication === undefined ? {} : { [APP_REVISION]: ofApplication.name, [APP_REVISION_HASH]: ofApplication.hash }),
      ...('workload' in role
        ? { [RESOURCE_TYPE]: 'WORKLOAD', [WORKLOAD_TYPE]: role.workload, [REVISION]: role.revision }
        : { [RESOURCE_TYPE]: 'TRAIT', [TRAIT_TYPE]: role.trait, [TRAIT_RESOURCE]: role.resource }),
      [FRONTEND_LABEL]: FRONTEND,
    },
    ...ownedBy(app),
  };
}

function revisionInStatus({ status }: Application): RevisionOfApplication | undefined {
  const latest = status?.latestRevision;
  return latest?.revisionHash === undefined ? undefined : { name: latest.name, hash: latest.revisionHash };
}
