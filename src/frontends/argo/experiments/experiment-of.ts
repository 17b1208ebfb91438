import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../../../kubernetes/generated/core-v1.js';
import { cloneJson, deepEqual } from '../../../kubernetes/json.js';
import { controllerReference, isControlledBy } from '../../../kubernetes/owners.js';
import type { ExperimentStep } from '../kinds/canary-steps.js';
import type { Experiment, ExperimentSpec } from '../kinds/experiment.js';
import type { Rollout } from '../kinds/rollout.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import { ARGO_API_VERSION, argoResources } from '../resources.js';
import { hasEnded } from './ended.js';
import { REVISION_ANNOTATION } from '../runs/labels.js';
import { rolloutArguments } from './rollout-arguments.js';

/** What an Experiment of a Rollout is made from. */
export interface ExperimentVersions {
  /** The ReplicaSets whose Pods are tried, as they are on the cluster. */
  readonly stable: ReplicaSet;
  readonly canary: ReplicaSet;
  /** Of the Rollout, by its annotation. */
  readonly revision: number | string;
  /** Experiments of the namespace: none is made where one of this Rollout and step is under way, and names that are taken are not taken again. */
  readonly existing: readonly Experiment[];
}

export type ExperimentOf =
  | {
      /** As it is to be created; or the one that is under way already. */
      readonly experiment: Experiment;
      readonly isNew: boolean;
    }
  | { readonly problems: string[] };

/** The Experiment of a step of a canary, named `<rollout>-<hash>-<revision>-<step>` as Argo's tools expect, and `-1`, `-2` … after it where that is taken. */
export function experimentOf(rollout: Rollout, index: number, step: ExperimentStep, versions: ExperimentVersions): ExperimentOf {
  const latest = hashOf(versions.canary);
  const problems: string[] = [];
  const analyses = (step.analyses ?? []).map(({ name, templateName, clusterScope, requiredForCompletion, args = [] }) => {
    const filled = rolloutArguments(args, rollout, { stable: hashOf(versions.stable), latest });
    problems.push(...filled.problems.map((problem) => `analysis ${name}: ${problem}`));
    return {
      name,
      templateName,
      ...(clusterScope ? { clusterScope } : {}),
      ...(filled.args.length > 0 ? { args: filled.args } : {}),
      ...(requiredForCompletion ? { requiredForCompletion } : {}),
    };
  });
  if (problems.length > 0) return { problems };
  const { duration, dryRun, analysisRunMetadata, scaleDownDelaySeconds } = step;
  const { progressDeadlineSeconds } = rollout.spec;
  const spec: ExperimentSpec = {
    templates: step.templates.map((template) => templateOf(template, template.specRef === 'stable' ? versions.stable : versions.canary)),
    ...(duration === undefined ? {} : { duration }),
    ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
    ...(analyses.length > 0 ? { analyses } : {}),
    ...(dryRun ? { dryRun } : {}),
    ...(analysisRunMetadata ? { analysisRunMetadata } : {}),
    ...(scaleDownDelaySeconds === undefined ? {} : { scaleDownDelaySeconds }),
  };
  const { name: rolloutName = '', namespace, labels = {} } = rollout.metadata;
  const base = `${rolloutName}-${latest}-${versions.revision}-${index}`;
  const { name, underWay } = freeName(base, spec, rollout, versions.existing);
  if (underWay) return { experiment: underWay, isNew: false };
  const experiment: Experiment = {
    apiVersion: ARGO_API_VERSION,
    kind: argoResources.experiments.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, [ROLLOUTS_HASH_LABEL]: latest },
      annotations: { [REVISION_ANNOTATION]: String(versions.revision) },
      ownerReferences: [controllerReference(rollout)],
    },
    spec,
  };
  return { experiment, isNew: true };
}

const hashOf = ({ metadata }: ReplicaSet): string => metadata.labels?.[ROLLOUTS_HASH_LABEL] ?? '';

type StepTemplate = ExperimentStep['templates'][number];

function templateOf({ name, replicas, metadata, selector: given, weight, service }: StepTemplate, { spec }: ReplicaSet): ExperimentSpec['templates'][number] {
  const { labels, annotations } = metadata ?? {};
  const template: PodTemplateSpec = cloneJson(spec?.template ?? {});
  const selector = cloneJson(given ?? spec?.selector ?? {});
  return {
    name,
    ...(replicas === undefined ? {} : { replicas }),
    ...(spec?.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
    selector: labels ? { ...selector, matchLabels: { ...selector.matchLabels, ...labels } } : selector,
    template: labels || annotations ? { ...template, metadata: metadataWith(template.metadata, labels, annotations) } : template,
    // Traffic needs a Service to go to.
    ...(weight === undefined && !service ? {} : { service: service?.name === undefined || service.name === '' ? {} : { name: service.name } }),
  };
}

type Metadata = NonNullable<PodTemplateSpec['metadata']>;

function metadataWith(found: PodTemplateSpec['metadata'], labels?: Record<string, string>, annotations?: Record<string, string>): Metadata {
  const more = { ...(labels ? { labels: { ...found?.labels, ...labels } } : {}), ...(annotations ? { annotations: { ...found?.annotations, ...annotations } } : {}) };
  // The metadata of a template has no name; only its type wants one.
  return { ...found, ...more } as Metadata;
}

/** An Experiment that has ended is history, and one that differs or belongs to others is not ours: both keep their names. */
function freeName(base: string, spec: ExperimentSpec, rollout: Rollout, existing: readonly Experiment[]): { name: string; underWay?: Experiment } {
  for (let count = 0; ; count += 1) {
    const name = count === 0 ? base : `${base}-${count}`;
    const taken = existing.find(({ metadata }) => metadata.name === name && (metadata.namespace ?? rollout.metadata.namespace) === rollout.metadata.namespace);
    if (!taken) return { name };
    if (isControlledBy(taken, rollout) && !hasEnded(taken) && !taken.spec.terminate && equalSpecs(taken.spec, spec)) return { name, underWay: taken };
  }
}

/** But for the Pods: what the server makes of a template, and labels that come with a role, are no other experiment. */
function equalSpecs(a: ExperimentSpec, b: ExperimentSpec): boolean {
  const essence = ({ terminate: _, templates, ...rest }: ExperimentSpec): unknown => ({ ...rest, templates: templates.map(({ template: _template, selector: _selector, ...each }) => each) });
  return deepEqual(essence(a), essence(b));
}
