import type { ControllerRevision } from '../../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import { cloneJson, isRecord } from '../../kubernetes/json.js';
import { normalisedTemplate } from '../../kubernetes/pod-template.js';

/**
 * The Pod template that a ControllerRevision of a component holds (`data.spec.workload.spec.template`), a copy; undefined
 * when it holds another thing.
 */
export function templateInRevision({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const template = ['spec', 'workload', 'spec', 'template'].reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), data);
  return isTemplate(template) ? cloneJson(template) : undefined;
}

/** No server looks at what a record holds, so it may be anything. A template is what can be compared with others. */
function isTemplate(value: unknown): value is PodTemplateSpec {
  if (!isRecord(value) || !isRecord(value.spec)) return false;
  const { containers } = value.spec;
  const labels = isRecord(value.metadata) ? (value.metadata.labels ?? {}) : {};
  if (!Array.isArray(containers) || containers.length === 0 || !containers.every((each) => isRecord(each) && typeof each.name === 'string')) return false;
  if (!isRecord(labels) || !Object.values(labels).every((each) => typeof each === 'string')) return false;
  try {
    normalisedTemplate(value as PodTemplateSpec);
    return true;
  } catch {
    return false;
  }
}
