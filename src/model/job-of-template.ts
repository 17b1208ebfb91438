import type { Job, JobTemplateSpec } from '../kubernetes/generated/batch-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { controllerReference } from '../kubernetes/owners.js';
import { FINALIZER, MANAGED_BY, POLICY_LABEL, RELEASE_LABEL } from './resources.js';

export interface JobOfTemplate {
  readonly name: string;
  /** Owns the Job. */
  readonly release: KubernetesObject;
  readonly policy: string;
  /** Beside those of every Job of a release. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** How long it may take, in milliseconds, where the template says nothing. */
  readonly milliseconds: number;
  /** For containers that have none of the same name. */
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

/** A Job of a release, from what a policy says of it. A finalizer keeps it, so that one that somebody deletes is not run a second time. */
export function jobOfTemplate({ metadata, spec }: JobTemplateSpec, { name, release, policy, labels, annotations, milliseconds, variables }: JobOfTemplate): Job {
  const pod = spec?.template;
  const containers = (pod?.spec?.containers ?? []).map((container) => ({ ...container, env: [...(container.env ?? []), ...variables.filter((variable) => !container.env?.some((own) => own.name === variable.name))] }));
  const noted = { ...metadata?.annotations, ...annotations };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: release.metadata.namespace ?? '',
      labels: { ...metadata?.labels, ...MANAGED_BY, [RELEASE_LABEL]: release.metadata.name ?? '', [POLICY_LABEL]: policy, ...labels },
      ...(Object.keys(noted).length > 0 ? { annotations: noted } : {}),
      finalizers: [FINALIZER],
      ownerReferences: [controllerReference(release)],
    },
    spec: {
      activeDeadlineSeconds: Math.max(1, Math.ceil(milliseconds / 1000)),
      backoffLimit: 0,
      ...spec,
      template: { ...pod, spec: { restartPolicy: 'Never', ...pod?.spec, containers } },
    },
  };
}
