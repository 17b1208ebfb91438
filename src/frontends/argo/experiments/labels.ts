/** On ReplicaSets and Services of an Experiment: its name. Tools of Argo find them by it. */
export const EXPERIMENT_NAME = 'experiment.argoproj.io/name';
/** On the same: the template of the Experiment that they are for. */
export const EXPERIMENT_TEMPLATE = 'experiment.argoproj.io/template-name';
/** On a ReplicaSet: when it goes to 0. */
export const SCALE_DOWN_DEADLINE = 'scale-down-deadline';
