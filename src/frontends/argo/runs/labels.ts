/** What an analysis of a Rollout is for; the values of `RUN_TYPE_LABEL`. */
export const runTypes = ['Step', 'Background', 'PrePromotion', 'PostPromotion'] as const;
export type RunType = (typeof runTypes)[number];

/** Says what an AnalysisRun is for. */
export const RUN_TYPE_LABEL = 'rollout-type';
/** Which step of the Rollout an AnalysisRun belongs to, from 0. */
export const STEP_INDEX_LABEL = 'step-index';
/** Which of several controllers looks after an object; goes on from a Rollout to what is made for it. */
export const INSTANCE_LABEL = 'argo-rollouts.argoproj.io/controller-instance-id';
/** The revision of the Rollout that an AnalysisRun belongs to. */
export const REVISION_ANNOTATION = 'rollout.argoproj.io/revision';

/** On Jobs that measure something: the uid of their AnalysisRun. */
export const JOB_RUN_LABEL = 'analysisrun.argoproj.io/uid';
/** On such Jobs: the name and the namespace of the AnalysisRun, and the name of the metric. */
export const JOB_RUN_ANNOTATION = 'analysisrun.argoproj.io/name';
export const JOB_NAMESPACE_ANNOTATION = 'analysisrun.argoproj.io/namespace';
export const JOB_METRIC_ANNOTATION = 'analysisrun.argoproj.io/metric-name';
/** In the metadata of a measurement: the Job that takes it, and its namespace. */
export const JOB_NAME_KEY = 'job-name';
export const JOB_NAMESPACE_KEY = 'job-namespace';
