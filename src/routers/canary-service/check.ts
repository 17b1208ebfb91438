import { resources } from '../../kubernetes/resources.js';
import { HASH_LABEL } from '../../model/version.js';
import { isOurObject } from '../our-objects.js';
import type { CheckContext, Found, RoutingProblem } from '../router.js';
import { backendsOf } from './backends.js';
import { referrersOf } from './references.js';

const LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What keeps Services from carrying a version each. */
export function checkServices(found: Found, context: CheckContext): RoutingProblem[] {
  const backends = backendsOf(context);
  const names = [...new Set([backends.service.stable, backends.service.canary])].filter((name) => name !== '');
  const misnamed = names.filter((name) => !LABEL.test(name)).map((name): RoutingProblem => ({
    place: `Service ${name}`,
    problem: 'no API server accepts this name: a Service name is at most 63 small letters, digits and dashes, without dots, and begins with a letter',
    remedy: `call it ${name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+|-+$/g, '').slice(0, 63)}`,
  }));
  if (misnamed.length > 0) return misnamed;
  if (backends.own) return names.flatMap((name) => serviceProblems(found, name, false));
  return context.service === '' ? [] : [...serviceProblems(found, context.service, true), ...canaryServiceProblems(found, context)];
}

/** @param pinned whether a hash is going to be put into its selector */
function serviceProblems(found: Found, name: string, pinned: boolean): RoutingProblem[] {
  const service = found.get(resources.services, name)?.object;
  const place = `Service ${name}`;
  if (!service) return [{ place, problem: 'does not exist', remedy: 'create it, or correct its name in the policy' }];
  const spec = service.spec ?? {};
  if (spec.type === 'ExternalName') return [{ place: `${place}, spec.type`, problem: 'is an ExternalName: it has no Pods to choose from', remedy: 'use a Service with a selector' }];
  const problems: RoutingProblem[] = [];
  if (Object.keys(spec.selector ?? {}).length === 0) {
    problems.push({ place: `${place}, spec.selector`, problem: 'has no selector: its endpoints are made by someone else', remedy: 'give it a selector that means the Pods of the workload' });
  }
  const hash = spec.selector?.[HASH_LABEL];
  if (pinned && hash !== undefined) {
    problems.push({ place: `${place}, spec.selector`, problem: `chooses one version already (${HASH_LABEL}=${hash})`, remedy: `take ${HASH_LABEL} out of the selector` });
  }
  return problems;
}

function canaryServiceProblems(found: Found, { service: main, canaryService: name, policy }: CheckContext): RoutingProblem[] {
  const place = `Service ${name}`;
  if (name === main) return [{ place, problem: 'is named both for clients and for the canary alone', remedy: 'name another canaryService, or leave it out and Serin makes one' }];
  const present = found.get(resources.services, name)?.object;
  if (!present || isOurObject(present, policy)) return [];
  const problems = serviceProblems(found, name, true);
  const referrers = referrersOf(found, name);
  if (referrers.length > 0) {
    problems.push({ place, problem: `is to lead to the canary alone, but ${referrers.join(', ')} ${referrers.length === 1 ? 'sends' : 'send'} users to it`, remedy: 'name another canaryService, or leave it out and Serin makes one' });
  }
  const ports = new Set((present.spec?.ports ?? []).flatMap(({ name: port, port: number }) => [String(number), ...(port === undefined ? [] : [port])]));
  const mainPorts = found.get(resources.services, main)?.object.spec?.ports ?? [];
  const lacking = mainPorts.filter(({ port }) => !ports.has(String(port))).map(({ port }) => port);
  if (lacking.length > 0) problems.push({ place: `${place}, spec.ports`, problem: `lacks port ${lacking.join(', ')} of Service ${main}`, remedy: 'give it the same ports' });
  return problems;
}
