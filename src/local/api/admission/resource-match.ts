import type { MatchResources, NamedRuleWithOperations } from '../../../kubernetes/generated/admissionregistration-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { matchesLabelSelector } from '../../../kubernetes/selectors.js';
import type { AdmissionRequest } from './request.js';

/** Whether a request is among the resources that a policy or binding is about; nothing stated matches everything. */
export function matchesResources(match: MatchResources | undefined, request: AdmissionRequest): boolean {
  if (match === undefined) return true;
  if (!matchesNamespace(match, request) || !matchesObject(match, request)) return false;
  if ((match.excludeResourceRules ?? []).some((rule) => matchesRule(rule, request))) return false;
  const rules = match.resourceRules ?? [];
  return rules.length === 0 || rules.some((rule) => matchesRule(rule, request));
}

function matchesRule(rule: NamedRuleWithOperations, { kind, operation, subresource = '', name }: AdmissionRequest): boolean {
  const { group, version, plural, namespaced } = kind.resource;
  const names = rule.resourceNames ?? [];
  const scope = rule.scope ?? '*';
  return (
    contains(rule.operations, operation) &&
    contains(rule.apiGroups, group) &&
    contains(rule.apiVersions, version) &&
    (rule.resources ?? []).some((resource) => matchesResource(resource, plural, subresource)) &&
    (scope === '*' || (scope === 'Namespaced') === namespaced) &&
    (names.length === 0 || names.includes(name))
  );
}

/** `pods`, `pods/status`; a star stands for any resource or subresource. */
function matchesResource(rule: string, plural: string, subresource: string): boolean {
  const [resource = '', sub = ''] = rule.split('/');
  if (resource !== '*' && resource !== plural) return false;
  return sub === '*' || sub === subresource;
}

function contains(list: readonly string[] | undefined, value: string): boolean {
  return (list ?? []).some((each) => each === '*' || each === value);
}

/** Objects outside namespaces are not narrowed down by one; a Namespace is taken by its own labels. */
function matchesNamespace({ namespaceSelector }: MatchResources, { kind, namespaceObject, object, oldObject }: AdmissionRequest): boolean {
  if (namespaceSelector === undefined) return true;
  const isNamespace = kind.resource.group === '' && kind.resource.kind === 'Namespace';
  if (!kind.resource.namespaced && !isNamespace) return true;
  const holder: KubernetesObject | undefined = isNamespace ? (object ?? oldObject) : namespaceObject;
  return matchesLabelSelector(namespaceSelector, holder?.metadata.labels);
}

/** Either the object as it is or as it was. */
function matchesObject({ objectSelector }: MatchResources, { object, oldObject }: AdmissionRequest): boolean {
  if (objectSelector === undefined) return true;
  return [object, oldObject].some((each) => each !== undefined && matchesLabelSelector(objectSelector, each.metadata.labels));
}
