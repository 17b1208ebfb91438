import type { Resource } from '../../kubernetes/objects.js';
import type { AnalysisRun, AnalysisTemplate } from './kinds/analysis.js';
import type { Experiment } from './kinds/experiment.js';
import type { Rollout } from './kinds/rollout.js';

export const ARGO_GROUP = 'argoproj.io';
export const ARGO_VERSION = 'v1alpha1';
export const ARGO_API_VERSION = `${ARGO_GROUP}/${ARGO_VERSION}`;

const of = { group: ARGO_GROUP, version: ARGO_VERSION, namespaced: true };

/** The kinds of Argo Rollouts. */
export const argoResources = {
  rollouts: { ...of, kind: 'Rollout', plural: 'rollouts' } as Resource<Rollout>,
  analysisTemplates: { ...of, kind: 'AnalysisTemplate', plural: 'analysistemplates' } as Resource<AnalysisTemplate>,
  clusterAnalysisTemplates: { ...of, kind: 'ClusterAnalysisTemplate', plural: 'clusteranalysistemplates', namespaced: false } as Resource<AnalysisTemplate>,
  analysisRuns: { ...of, kind: 'AnalysisRun', plural: 'analysisruns' } as Resource<AnalysisRun>,
  experiments: { ...of, kind: 'Experiment', plural: 'experiments' } as Resource<Experiment>,
} as const;
