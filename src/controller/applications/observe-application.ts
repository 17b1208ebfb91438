import type { ApplicationObservation } from '../../frontends/kubevela/advance.js';
import type { Application } from '../../frontends/kubevela/application.js';
import { APP_NAME } from '../../frontends/kubevela/labels.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { applicationOf, ownerKey, type ApplicationContext } from './context.js';

/** Everything that there is of an Application, from the caches. @param otherController who else looks after it */
export function observeApplication(context: ApplicationContext, app: Application, otherController: string | undefined): ApplicationObservation {
  const { caches, applications, calls } = context;
  const { namespace = '', name } = app.metadata;
  const mine = <T extends KubernetesObject>(objects: readonly T[]): T[] => objects.filter((each) => applicationOf(each, APP_NAME) === name);
  const policies = mine(caches.policies.list({ namespace }));
  const names = new Set(policies.map(({ metadata }) => metadata.name));
  return {
    controllerRevisions: mine(applications.controllerRevisions.list({ namespace })),
    applicationRevisions: mine(applications.applicationRevisions.list({ namespace })),
    deployments: mine(caches.deployments.list({ namespace })),
    policies,
    releases: caches.releases.list({ namespace }).filter(({ spec }) => names.has(spec.policy)),
    answers: calls.answers(ownerKey({ namespace, name })),
    otherController,
  };
}
