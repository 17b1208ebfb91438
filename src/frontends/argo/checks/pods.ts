import type { LabelSelector } from '../../../kubernetes/generated/meta-v1.js';
import { isRecord } from '../../../kubernetes/json.js';
import { matchesLabelSelector } from '../../../kubernetes/selectors.js';
import type { PolicyProblem } from '../../../model/policy-problem.js';
import type { Path } from './known-objects.js';

/**
 * What keeps a Pod template from being one of a ReplicaSet. Schemas of Argo's kinds let any object pass for a template, so the
 * parts of it that are read here are looked at, too.
 */
export function checkContainers(template: unknown, path: Path): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const say = (at: Path, problem: string, remedy: string): void => void problems.push({ path: [...path, ...at], problem, remedy });
  const { metadata, spec } = isRecord(template) ? template : {};
  const { labels = {}, annotations = {} } = isRecord(metadata) ? metadata : {};
  for (const [field, map] of [['labels', labels], ['annotations', annotations]] as const) {
    if (!isTextMap(map)) say(['metadata', field], 'is no map of texts.', 'Write texts, in quotes where they look like numbers.');
  }
  const { containers = [], initContainers = [], restartPolicy = 'Always' } = isRecord(spec) ? spec : {};
  if (!Array.isArray(containers) || containers.length === 0) say(['spec', 'containers'], 'a Pod needs a container.', 'Write at least one.');
  if (!Array.isArray(initContainers)) say(['spec', 'initContainers'], 'is no list of containers.', 'Write a list, or leave it out.');
  if (restartPolicy !== 'Always') say(['spec', 'restartPolicy'], `${JSON.stringify(restartPolicy)} is not possible for Pods of a ReplicaSet.`, 'Leave it out.');
  for (const [field, list] of [['containers', containers], ['initContainers', initContainers]] as const) {
    (Array.isArray(list) ? list : []).forEach((container: unknown, index) => {
      const at = ['spec', field, index];
      if (!isRecord(container)) return say(at, 'is no container.', 'Write its name and image.');
      for (const text of ['name', 'image']) if (typeof container[text] !== 'string' || container[text] === '') say([...at, text], 'is missing.', 'Write it as text.');
      const { ports = [] } = container;
      if (!Array.isArray(ports) || !ports.every(isPort)) say([...at, 'ports'], 'is no list of ports.', 'Write items with a containerPort.');
    });
  }
  return problems;
}

/**
 * What speaks against a selector of Pods. @param labels of their template; undefined where those are wrong themselves
 * @param at where the labels stand
 */
export function checkSelector(selector: LabelSelector, path: Path, labels: Readonly<Record<string, string>> | undefined, at: Path): PolicyProblem[] {
  if (Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0) return [{ path, problem: 'an empty selector would select every Pod of the namespace.', remedy: 'Write labels under matchLabels.' }];
  try {
    if (matchesLabelSelector(selector, labels ?? {}) || !labels) return [];
    return [{ path: at, problem: 'the selector does not match the labels of the template.', remedy: 'Give the template all labels of the selector.' }];
  } catch (error) {
    return [{ path, problem: `selects nothing that there can be: ${error instanceof Error ? error.message : String(error)}.`, remedy: 'Write labels and values as Kubernetes allows them.' }];
  }
}

const isTextMap = (map: unknown): boolean => isRecord(map) && Object.values(map).every((value) => typeof value === 'string');
const isPort = (port: unknown): boolean => isRecord(port) && Number.isInteger(port['containerPort']) && [port['protocol'] ?? '', port['name'] ?? ''].every((each) => typeof each === 'string');
