import type { DaemonSet } from '../../../../kubernetes/generated/apps-v1.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { defaultPodTemplate } from '../../../../kubernetes/pod-defaults/pod-spec.js';
import { daemonSetProblems, daemonSetUpdateProblems } from './daemon-set-validation.js';
import { daemonSetColumns, templateColumns } from './workload-columns.js';

/** The DaemonSet kind. */
export function daemonSetKind(): Kind {
  return defineKind<DaemonSet>({
    resource: { group: 'apps', version: 'v1', kind: 'DaemonSet', plural: 'daemonsets', namespaced: true },
    schemaName: 'io.k8s.api.apps.v1.DaemonSet',
    shortNames: ['ds'],
    categories: ['all'],
    status: true,
    hasGeneration: true,
    columns: daemonSetColumns,
    wideColumns: templateColumns('Label query over Pods.'),
    applyDefaults(daemonSet) {
      const { spec, metadata } = daemonSet;
      if (spec === undefined) return;
      defaultPodTemplate(spec.template);
      spec.updateStrategy ??= {};
      spec.updateStrategy.type ??= 'RollingUpdate';
      if (spec.updateStrategy.type === 'RollingUpdate') {
        spec.updateStrategy.rollingUpdate ??= {};
        spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
        spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
      }
      spec.revisionHistoryLimit ??= 10;
      const generation = metadata.annotations?.[GENERATION];
      if (generation === undefined) metadata.annotations = { ...metadata.annotations, [GENERATION]: '1' };
    },
    prepareForUpdate(daemonSet, before) {
      const generation = Number(before.metadata.annotations?.[GENERATION] ?? '1');
      const changed = JSON.stringify(daemonSet.spec?.template) !== JSON.stringify(before.spec?.template);
      daemonSet.metadata.annotations = { ...daemonSet.metadata.annotations, [GENERATION]: String(changed ? generation + 1 : generation) };
      return [];
    },
    validate: daemonSetProblems,
    validateUpdate: daemonSetUpdateProblems,
  });
}

/** The server counts the changes of a DaemonSet's template in this annotation. */
const GENERATION = 'deprecated.daemonset.template.generation';
