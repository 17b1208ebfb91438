import type { ReplicaSet } from '../../../../kubernetes/generated/apps-v1.js';
import { resources } from '../../../../kubernetes/resources.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { defaultPodTemplate } from '../../../../kubernetes/pod-defaults/pod-spec.js';
import { replicaSetProblems, replicaSetUpdateProblems } from './replica-set-validation.js';
import { SCALE } from './scale-paths.js';
import { replicaSetColumns, templateColumns } from './workload-columns.js';

/** The ReplicaSet kind. */
export function replicaSetKind(): Kind {
  return defineKind<ReplicaSet>({
    resource: resources.replicaSets,
    schemaName: 'io.k8s.api.apps.v1.ReplicaSet',
    shortNames: ['rs'],
    categories: ['all'],
    status: true,
    scale: SCALE,
    hasGeneration: true,
    columns: replicaSetColumns,
    wideColumns: templateColumns('Label query over Pods.'),
    applyDefaults({ spec }) {
      if (spec === undefined) return;
      defaultPodTemplate(spec.template);
      spec.replicas ??= 1;
    },
    validate: replicaSetProblems,
    validateUpdate: replicaSetUpdateProblems,
  });
}
