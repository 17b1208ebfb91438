import type { ControllerRevision } from '../../../../kubernetes/generated/apps-v1.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { daemonSetKind } from './daemon-set.js';
import { deploymentKind } from './deployment.js';
import { replicaSetKind } from './replica-set.js';
import { statefulSetKind } from './stateful-set.js';
import { controllerRevisionColumns } from './workload-columns.js';

/** The kinds of the group apps. */
export function workloadKinds(): Kind[] {
  return [deploymentKind(), replicaSetKind(), statefulSetKind(), daemonSetKind(), controllerRevisionKind()];
}

function controllerRevisionKind(): Kind {
  return defineKind<ControllerRevision>({
    resource: { group: 'apps', version: 'v1', kind: 'ControllerRevision', plural: 'controllerrevisions', namespaced: true },
    schemaName: 'io.k8s.api.apps.v1.ControllerRevision',
    columns: controllerRevisionColumns,
  });
}
