import type { StatefulSet } from '../../../../kubernetes/generated/apps-v1.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { defaultPodTemplate } from '../../../../kubernetes/pod-defaults/pod-spec.js';
import { SCALE } from './scale-paths.js';
import { statefulSetProblems, statefulSetUpdateProblems } from './stateful-set-validation.js';
import { statefulSetColumns, templateColumns } from './workload-columns.js';

/** The StatefulSet kind. */
export function statefulSetKind(): Kind {
  return defineKind<StatefulSet>({
    resource: { group: 'apps', version: 'v1', kind: 'StatefulSet', plural: 'statefulsets', namespaced: true },
    schemaName: 'io.k8s.api.apps.v1.StatefulSet',
    shortNames: ['sts'],
    categories: ['all'],
    status: true,
    scale: SCALE,
    hasGeneration: true,
    columns: statefulSetColumns,
    wideColumns: templateColumns().slice(0, 2),
    applyDefaults({ spec }) {
      if (spec === undefined) return;
      defaultPodTemplate(spec.template);
      spec.podManagementPolicy ??= 'OrderedReady';
      spec.updateStrategy ??= {};
      if (spec.updateStrategy.type === undefined) {
        spec.updateStrategy.type = 'RollingUpdate';
        spec.updateStrategy.rollingUpdate ??= {};
      }
      if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate !== undefined) {
        spec.updateStrategy.rollingUpdate.partition ??= 0;
      }
      spec.persistentVolumeClaimRetentionPolicy ??= {};
      spec.persistentVolumeClaimRetentionPolicy.whenDeleted ??= 'Retain';
      spec.persistentVolumeClaimRetentionPolicy.whenScaled ??= 'Retain';
      spec.replicas ??= 1;
      spec.revisionHistoryLimit ??= 10;
      for (const claim of spec.volumeClaimTemplates ?? []) {
        claim.apiVersion = 'v1';
        claim.kind = 'PersistentVolumeClaim';
        claim.spec.volumeMode ??= 'Filesystem';
        claim.status = { ...claim.status, phase: claim.status?.phase ?? 'Pending' };
      }
    },
    validate: statefulSetProblems,
    validateUpdate: statefulSetUpdateProblems,
  });
}
