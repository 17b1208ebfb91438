import { timestamp } from '../../../kubernetes/conditions.js';
import type { TemplateArgument } from '../kinds/metrics.js';
import type { Experiment } from '../kinds/experiment.js';
import { endsAt } from './ended.js';
import { replicaSetName } from './replica-sets.js';

export interface FilledValues {
  readonly args: TemplateArgument[];
  readonly problems: string[];
}

/**
 * The arguments of an analysis with what they say of the Experiment put in: `{{templates.NAME.podTemplateHash}}`,
 * `{{templates.NAME.replicaset.name}}`, `{{experiment.availableAt}}` and `{{experiment.finishedAt}}`.
 */
export function withTemplateValues(args: readonly TemplateArgument[], experiment: Experiment, hashes: ReadonlyMap<string, string>): FilledValues {
  const values = new Map<string, string>();
  for (const template of experiment.spec.templates) {
    values.set(`templates.${template.name}.podTemplateHash`, hashes.get(template.name) ?? '');
    values.set(`templates.${template.name}.replicaset.name`, replicaSetName(experiment, template));
  }
  const { availableAt } = experiment.status ?? {};
  const end = endsAt(experiment);
  if (availableAt !== undefined) values.set('experiment.availableAt', availableAt);
  if (end !== undefined) values.set('experiment.finishedAt', timestamp(end));
  const problems: string[] = [];
  const filled = args.map((argument) => {
    if (argument.value === undefined) return argument;
    const value = argument.value.replaceAll(/\{\{([^{}]*)\}\}/g, (whole, name: string) => {
      const found = values.get(name.trim());
      if (found === undefined) problems.push(`argument ${argument.name}: there is no ${whole}`);
      return found ?? whole;
    });
    return { ...argument, value };
  });
  return { args: filled, problems };
}
