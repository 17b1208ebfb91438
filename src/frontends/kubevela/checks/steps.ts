import { parseDuration } from '../../../model/duration.js';
import type { Application, WorkflowStep } from '../application.js';
import { rolloutComponents, type PlacedStep } from '../rollout-steps.js';
import type { ApplicationProblem } from '../problem.js';
import { isStepType, stepProperties, stepTypes } from '../properties/read.js';
import { stepSchemas, type CanaryRolloutProperties, type NotificationProperties, type WebhookProperties } from '../properties/steps.js';
import { conditionProblem } from '../workflow/if-condition.js';
import { duplicates, listed, unknownType, type Path } from './context.js';

/** Steps of KubeVela that do something which Serin does otherwise. */
const INSTEAD: Readonly<Record<string, string>> = {
  deploy: 'apply-component applies a component; there are no clusters and policies here.',
  'apply-deployment': 'Write the program as a component.',
  'apply-object': 'Apply the object beside the Application.',
  'canary-deploy': 'canary-rollout moves a component to its new revision.',
  'check-metrics': 'A ReleasePolicy of Serin judges versions by metrics; serin convert makes one of an Application.',
  request: 'webhook asks an address.',
  'print-message-in-status': 'suspend has a message.',
};

/** What is wrong with a step by itself. */
export function stepProblems(app: Application, { step, path, group }: PlacedStep): ApplicationProblem[] {
  return [...fieldProblems(step, path), ...groupProblems(step, path, group), ...typeProblems(app, step, path)];
}

function fieldProblems({ name, timeout, inputs, outputs, ...step }: WorkflowStep, path: Path): ApplicationProblem[] {
  const problems: ApplicationProblem[] = [];
  const condition = conditionProblem(step.if ?? '');
  if (condition !== undefined) problems.push({ path: [...path, 'if'], problem: `"${step.if ?? ''}" cannot be read: ${condition.split('\n', 1)[0] ?? ''}`, remedy: 'Write always, or compare: status.first.phase == "succeeded".' });
  if (name === '') problems.push({ path: [...path, 'name'], problem: 'the step has no name.', remedy: 'Give it one.' });
  if (timeout !== undefined && timeout !== '') problems.push(...durationProblems(timeout, [...path, 'timeout']));
  // They are written in CUE, against templates that nobody runs here.
  if (inputs !== undefined) problems.push({ path: [...path, 'inputs'], problem: 'steps do not take values of others here.', remedy: 'Write the value into the properties.' });
  if (outputs !== undefined) problems.push({ path: [...path, 'outputs'], problem: 'steps do not give values to others here.', remedy: 'Leave it out.' });
  return problems;
}

function durationProblems(text: string, path: Path): ApplicationProblem[] {
  try {
    parseDuration(text);
    return [];
  } catch {
    return [{ path, problem: `"${text}" is not a duration.`, remedy: 'Write it as in 90s, 5m or 1m30s.' }];
  }
}

function groupProblems(step: WorkflowStep, path: Path, group: WorkflowStep | undefined): ApplicationProblem[] {
  const { type, subSteps, mode } = step;
  if (type === 'step-group') {
    if (group !== undefined) return [{ path: [...path, 'type'], problem: 'a group cannot stand in a group.', remedy: 'Put its steps into the outer one.' }];
    return (subSteps ?? []).length > 0 ? [] : [{ path, problem: 'the group has no steps.', remedy: 'Write them under subSteps.' }];
  }
  const only = (field: string) => ({ path: [...path, field], problem: `only a step of the type step-group has ${field}.`, remedy: 'Leave it out, or write type: step-group.' });
  return [...(subSteps === undefined ? [] : [only('subSteps')]), ...(mode === undefined ? [] : [only('mode')])];
}

function typeProblems(app: Application, step: WorkflowStep, path: Path): ApplicationProblem[] {
  const { type, properties } = step;
  if (!isStepType(type)) {
    const problem = unknownType(path, 'workflow step', type, stepTypes);
    const instead = INSTEAD[type];
    return [instead === undefined ? problem : { ...problem, remedy: `${instead} ${problem.remedy}` }];
  }
  const at = [...path, 'properties'];
  if (type === 'notification' && properties !== undefined && Object.hasOwn(properties, 'email')) {
    return [{ path: [...at, 'email'], problem: 'no mail is sent from here.', remedy: 'Use slack, dingding or lark, or a webhook.' }];
  }
  const wrong = stepSchemas[type].problems(properties, at);
  if (wrong.length > 0) return wrong;
  switch (type) {
    case 'apply-component': return componentProblems(app, stepProperties(type, step).component, at);
    case 'canary-rollback': return rollbackProblems(app, stepProperties(type, step).component, at);
    case 'suspend': {
      const { duration } = stepProperties(type, step);
      return duration === undefined ? [] : durationProblems(duration, [...at, 'duration']);
    }
    case 'webhook': return urlProblems(stepProperties(type, step).url, [...at, 'url']);
    case 'notification': return notificationProblems(stepProperties(type, step), at);
    case 'canary-rollout': return weightProblems(stepProperties(type, step), at);
    case 'step-group': return [];
  }
}

function componentProblems({ spec: { components } }: Application, name: string, path: Path): ApplicationProblem[] {
  return components.some((component) => component.name === name) ? [] : [{ path: [...path, 'component'], problem: `there is no component "${name}".`, remedy: `There are ${listed(components.map((component) => component.name))}.` }];
}

function rollbackProblems(app: Application, name: string | undefined, path: Path): ApplicationProblem[] {
  if (name === undefined) return [];
  const missing = componentProblems(app, name, path);
  if (missing.length > 0 || rolloutComponents(app).some((component) => component.name === name)) return missing;
  return [{ path: [...path, 'component'], problem: `the component ${name} has no trait rollout, so there is nothing to take back.`, remedy: 'Give it the trait, or leave it out.' }];
}

/** What is wrong with weights, whichever component they are of. */
function weightProblems({ traffic }: CanaryRolloutProperties, path: Path): ApplicationProblem[] {
  const targets = (traffic?.weightedTargets ?? []).map((target, index) => ({ ...target, path: [...path, 'traffic', 'weightedTargets', index, 'revision'] }));
  const sum = targets.reduce((total, { weight }) => total + weight, 0);
  return [
    ...duplicates(targets, ({ revision }) => revision, (target) => target.path, 'weight of'),
    ...(traffic === undefined || sum === 100 ? [] : [{ path: [...path, 'traffic', 'weightedTargets'], problem: `the weights are ${sum} together.`, remedy: 'Let them be 100.' }]),
  ];
}

function urlProblems({ value, secretRef }: WebhookProperties['url'], path: Path): ApplicationProblem[] {
  if ((value === undefined) === (secretRef === undefined)) return [{ path, problem: 'does not name one address.', remedy: 'Write either value or secretRef with name and key.' }];
  return value === undefined || isWebAddress(value) ? [] : [{ path: [...path, 'value'], problem: 'is no address.', remedy: 'Write it as in https://example.com/hook.' }];
}

/** The address itself may hold a secret, so no message repeats it. */
function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function notificationProblems(properties: NotificationProperties, path: Path): ApplicationProblem[] {
  const services = (['slack', 'dingding', 'lark'] as const).flatMap((service) => {
    const sent = properties[service];
    return sent ? [{ service, sent }] : [];
  });
  if (services.length === 0) return [{ path, problem: 'names nobody to notify.', remedy: 'Write slack, dingding or lark.' }];
  return services.flatMap(({ service, sent }) => urlProblems(sent.url, [...path, service, 'url']));
}
