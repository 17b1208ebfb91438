import { controllerReference } from '../../../kubernetes/owners.js';
import { formatProblem } from '../../../model/policy-problem.js';
import { checkRunArguments } from '../checks/analysis.js';
import type { KnownObjects } from '../checks/known-objects.js';
import type { AnalysisRun } from '../kinds/analysis.js';
import type { TemplateArgument } from '../kinds/metrics.js';
import type { RolloutAnalysis, RunArgument, TemplateReference } from '../kinds/rollout-analysis.js';
import type { Rollout } from '../kinds/rollout.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import { ARGO_API_VERSION } from '../resources.js';
import { fieldText } from './field-path.js';
import { INSTANCE_LABEL, REVISION_ANNOTATION, RUN_TYPE_LABEL, STEP_INDEX_LABEL, type RunType } from './labels.js';
import { runSpecOf } from './run-spec.js';

/** An analysis that a Rollout asks for. */
export interface AnalysisRunRequest {
  /** With a uid. */
  readonly rollout: Rollout;
  readonly analysis: RolloutAnalysis;
  readonly type: RunType;
  /** The index of the step; for a `Step` alone. */
  readonly step?: number;
  /** Of the version on trial. */
  readonly revision: string;
  readonly hashes: { readonly stable: string; readonly latest: string };
  /** Labels of the Rollout's Pods; those of its selector when absent. */
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  /** Templates of metrics. */
  readonly known: KnownObjects;
  /** Names of AnalysisRuns of the namespace that are taken. */
  readonly taken?: ReadonlySet<string>;
}

/** An AnalysisRun to be created, or every reason why there is none, in sentences. */
export type AnalysisRunAnswer = { readonly run: AnalysisRun; readonly problems?: undefined } | { readonly run?: undefined; readonly problems: string[] };

/**
 * The AnalysisRun of an analysis of a Rollout. The arguments of `spec.args` have values then, but those from Secrets; the
 * metrics still name them.
 */
export function analysisRunOf({ rollout, analysis, type, step, revision, hashes, matchLabels, known, taken }: AnalysisRunRequest): AnalysisRunAnswer {
  const { namespace = 'default', name, labels } = rollout.metadata;
  const args: TemplateArgument[] = [];
  const problems = checkRunArguments(analysis.args ?? [], ['args']).map(formatProblem);
  for (const argument of analysis.args ?? []) {
    const value = argumentValue(argument, rollout, hashes);
    if (value !== undefined) args.push({ name: argument.name, value });
    else if (problems.length === 0) problems.push(`args: argument ${argument.name} is to be read from ${argument.valueFrom?.fieldRef?.fieldPath ?? ''}, where there is no single value. Correct the path.`);
  }
  const { spec, problems: more = [] } = runSpecOf({
    templates: analysis.templates ?? [], args: [...args, ...withoutValue(analysis.args ?? [], args)], namespace, known, ends: type !== 'Background', field: (path) => fieldText(rollout, path),
    ...(analysis.dryRun ? { dryRun: analysis.dryRun } : {}),
    ...(analysis.measurementRetention ? { measurementRetention: analysis.measurementRetention } : {}),
  });
  if (!spec || problems.length > 0) return { problems: [...problems, ...more] };
  const given = analysis.analysisRunMetadata ?? {};
  const instance = labels?.[INSTANCE_LABEL];
  return {
    run: {
      apiVersion: ARGO_API_VERSION,
      kind: 'AnalysisRun',
      metadata: {
        name: freeName([name, hashes.latest, revision, infixOf(type, step)].filter((part) => part !== '').join('-'), taken),
        namespace,
        labels: {
          [ROLLOUTS_HASH_LABEL]: hashes.latest,
          [RUN_TYPE_LABEL]: type,
          ...(step === undefined ? {} : { [STEP_INDEX_LABEL]: String(step) }),
          ...(instance === undefined ? {} : { [INSTANCE_LABEL]: instance }),
          ...given.labels,
          ...(matchLabels ?? rollout.spec.selector?.matchLabels),
        },
        annotations: { [REVISION_ANNOTATION]: revision, ...given.annotations },
        ownerReferences: [controllerReference(rollout)],
      },
      spec,
    },
  };
}

/** An AnalysisRun that belongs to nothing: from templates alone, with values for their arguments. */
export function standaloneRun(request: { readonly name: string; readonly namespace: string; readonly templates: readonly TemplateReference[]; readonly args: readonly TemplateArgument[]; readonly known: KnownObjects }): AnalysisRunAnswer {
  const { name, namespace, templates, args, known } = request;
  const { spec, problems = [] } = runSpecOf({ templates, args, namespace, known, ends: false });
  return spec ? { run: { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', metadata: { name, namespace }, spec } } : { problems: [...problems] };
}

/** The name, or with `.1`, `.2`, … behind it while that is taken. */
export function freeName(name: string, taken: ReadonlySet<string> | undefined): string {
  let free = name;
  for (let count = 1; taken?.has(free); count++) free = `${name}.${count}`;
  return free;
}

const infixOf = (type: RunType, step: number | undefined): string => (type === 'Step' ? String(step ?? 0) : type === 'PrePromotion' ? 'pre' : type === 'PostPromotion' ? 'post' : '');

function argumentValue({ value, valueFrom }: RunArgument, rollout: Rollout, hashes: AnalysisRunRequest['hashes']): string | undefined {
  if (valueFrom?.podTemplateHashValue !== undefined) return valueFrom.podTemplateHashValue === 'Stable' ? hashes.stable : hashes.latest;
  return valueFrom?.fieldRef ? fieldText(rollout, valueFrom.fieldRef.fieldPath) : value;
}

/** Those that were told of already: nothing is to be said about them once more. */
const withoutValue = (all: readonly RunArgument[], known: readonly TemplateArgument[]): TemplateArgument[] => all.filter(({ name }) => !known.some((each) => each.name === name)).map(({ name }) => ({ name, value: '' }));
