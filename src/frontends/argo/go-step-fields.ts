import type { GoField } from '../../kubernetes/generated/go-fields.js';

const metadata: readonly GoField[] = [['labels', 'map', 'text'], ['annotations', 'map', 'text']];

/** The structs of a canary's steps, as Argo Rollouts 1.9 has them: pkg/apis/rollouts/v1alpha1. */
export const stepFields: Readonly<Record<string, readonly GoField[]>> = {
  CanaryStep: [
    ['setWeight', 'pointer', 'number'],
    ['pause', 'pointer', 'RolloutPause'],
    ['experiment', 'pointer', 'RolloutExperimentStep'],
    ['analysis', 'pointer', 'RolloutAnalysis'],
    ['setCanaryScale', 'pointer', 'SetCanaryScale'],
    ['setHeaderRoute', 'pointer', 'SetHeaderRoute'],
    ['setMirrorRoute', 'pointer', 'SetMirrorRoute'],
    ['plugin', 'pointer', 'PluginStep'],
  ],
  RolloutPause: [['duration', 'pointer', 'IntOrString']],
  RolloutExperimentStep: [
    ['templates', 'list', 'RolloutExperimentTemplate', true],
    ['duration', 'value', 'text'],
    ['analyses', 'list', 'RolloutExperimentStepAnalysisTemplateRef'],
    ['dryRun', 'list', 'DryRun'],
    ['analysisRunMetadata', 'value', 'AnalysisRunMetadata'],
    ['scaleDownDelaySeconds', 'pointer', 'number'],
  ],
  RolloutExperimentTemplate: [
    ['name', 'value', 'text', true],
    ['specRef', 'value', 'text', true],
    ['replicas', 'pointer', 'number'],
    ['metadata', 'value', 'PodTemplateMetadata'],
    ['selector', 'pointer', 'LabelSelector'],
    ['weight', 'pointer', 'number'],
    ['service', 'pointer', 'TemplateService'],
  ],
  TemplateService: [['name', 'value', 'text']],
  PodTemplateMetadata: metadata,
  AnalysisRunMetadata: metadata,
  RolloutExperimentStepAnalysisTemplateRef: [
    ['name', 'value', 'text', true],
    ['templateName', 'value', 'text', true],
    ['clusterScope', 'pointer', 'truth'],
    ['args', 'list', 'AnalysisRunArgument'],
    ['requiredForCompletion', 'value', 'truth'],
  ],
  RolloutAnalysis: [
    ['templates', 'list', 'AnalysisTemplateRef'],
    ['args', 'list', 'AnalysisRunArgument'],
    ['dryRun', 'list', 'DryRun'],
    ['measurementRetention', 'list', 'MeasurementRetention'],
    ['analysisRunMetadata', 'pointer', 'AnalysisRunMetadata'],
  ],
  AnalysisTemplateRef: [
    ['templateName', 'value', 'text', true],
    ['clusterScope', 'pointer', 'truth'],
  ],
  AnalysisRunArgument: [
    ['name', 'value', 'text', true],
    ['value', 'value', 'text'],
    ['valueFrom', 'pointer', 'ArgumentValueFrom'],
  ],
  ArgumentValueFrom: [
    ['podTemplateHashValue', 'pointer', 'text'],
    ['fieldRef', 'pointer', 'ArgumentFieldRef'],
  ],
  ArgumentFieldRef: [['fieldPath', 'value', 'text', true]],
  DryRun: [['metricName', 'value', 'text', true]],
  MeasurementRetention: [
    ['metricName', 'value', 'text', true],
    ['limit', 'value', 'number', true],
  ],
  SetCanaryScale: [
    ['weight', 'pointer', 'number'],
    ['replicas', 'pointer', 'number'],
    ['matchTrafficWeight', 'value', 'truth'],
  ],
  SetHeaderRoute: [
    ['name', 'value', 'text'],
    ['match', 'list', 'HeaderRoutingMatch'],
  ],
  HeaderRoutingMatch: [
    ['headerName', 'value', 'text', true],
    ['headerValue', 'pointer', 'StringMatch', true],
  ],
  StringMatch: [
    ['exact', 'value', 'text'],
    ['prefix', 'value', 'text'],
    ['regex', 'value', 'text'],
  ],
  SetMirrorRoute: [
    ['name', 'value', 'text', true],
    ['match', 'list', 'RouteMatch'],
    ['percentage', 'pointer', 'number'],
  ],
  RouteMatch: [
    ['method', 'pointer', 'StringMatch'],
    ['path', 'pointer', 'StringMatch'],
    ['headers', 'map', 'StringMatch'],
  ],
  PluginStep: [['name', 'value', 'text', true]],
};
