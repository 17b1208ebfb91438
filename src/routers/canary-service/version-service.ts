import type { Service } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { HASH_LABEL } from '../../model/version.js';
import { equalJson } from '../json-values.js';
import { isOurObject, ourLabels } from '../our-objects.js';
import type { Claim, Found, RouterContext, RoutingPlan, RoutingProblem, RoutingWrite } from '../router.js';
import { stoppedBy } from '../stages.js';
import { following } from '../service/endpoints.js';
import { claimSelector, claimedSelector, patchSelector, pinningOf, type Selector } from '../service/selector.js';
import { editedSelector } from '../service/selector-problems.js';

/**
 * One stage, at whose end a Service of this name leads to the Pods of one version alone: made by Serin after the pattern of
 * another Service, or the user's own with the hash put into its selector.
 * @param stage name of the stage
 * @param pattern the Service whose ports are copied, and whose selector as claimed tells the Pods of the workload
 */
export function versionServiceStage(stage: string, name: string, pattern: string, hash: string, found: Found, recorded: readonly Claim[], context: Pick<RouterContext, 'namespace' | 'policy'>): RoutingPlan {
  const model = found.get(resources.services, pattern)?.object;
  const present = found.get(resources.services, name)?.object;
  if (!present || isOurObject(present, context.policy)) {
    if (!model) return { stages: [stoppedBy(missingService(pattern), stage)], claims: [...recorded] };
    const selector = { ...(claimedSelector(recorded, pattern) ?? model.spec?.selector ?? {}), [HASH_LABEL]: hash };
    const desired = serviceLike(model, name, selector, context);
    const writes = present ? patchOurs(present, desired) : [{ action: 'create' as const, resource: resources.services, object: desired }];
    return { stages: [{ name: stage, writes, waitsFor: present ? following(found, present, selector) : undefined }], claims: [...recorded] };
  }
  const claimed = claimedSelector(recorded, name) ?? present.spec?.selector ?? {};
  const claims = claimedSelector(recorded, name) ? [...recorded] : [...recorded, claimSelector(name, claimed)];
  if (Object.keys(claimed).length === 0) return { stages: [stoppedBy(noSelector(name), stage)], claims: [...recorded] };
  if (pinningOf(present.spec?.selector ?? {}, claimed).kind === 'edited') return { stages: [stoppedBy(editedSelector(present, claimed), stage)], claims };
  const selector = { ...claimed, [HASH_LABEL]: hash };
  return { stages: [{ name: stage, writes: patchSelector(present, hash), waitsFor: following(found, present, selector) }], claims };
}

/** A ClusterIP Service with the same ports and another selector. */
function serviceLike({ spec = {} }: Service, name: string, selector: Selector, { namespace, policy }: Pick<RouterContext, 'namespace' | 'policy'>): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: ourLabels(policy) },
    spec: {
      type: 'ClusterIP',
      selector: { ...selector },
      ports: (spec.ports ?? []).map(({ nodePort: _nodePort, ...port }) => port),
      ...(spec.publishNotReadyAddresses === true ? { publishNotReadyAddresses: true } : {}),
    },
  };
}

/** Only what the pattern says and the API server does not fill in. */
function patchOurs(present: Service, desired: Service): RoutingWrite[] {
  const changes = [
    ...(equalJson(present.spec?.selector, desired.spec?.selector) ? [] : [{ op: 'replace', path: '/spec/selector', value: desired.spec?.selector }]),
    ...(equalJson(comparable(present), comparable(desired)) ? [] : [{ op: 'replace', path: '/spec/ports', value: desired.spec?.ports }]),
  ];
  if (changes.length === 0) return [];
  return [{ action: 'patch', resource: resources.services, name: present.metadata.name, patchKind: 'json', patch: changes, resourceVersion: present.metadata.resourceVersion ?? '' }];
}

/** Ports with the API server's defaults filled in. */
const comparable = ({ spec }: Service): unknown =>
  (spec?.ports ?? []).map(({ name, port, protocol, targetPort, appProtocol }) => ({ name, port, protocol: protocol ?? 'TCP', targetPort: targetPort ?? port, appProtocol }));

/** That a Service which a release steers by is not there. */
export function missingService(name: string): RoutingProblem {
  return { place: `Service ${name}`, problem: 'does not exist', remedy: 'apply it again, or abort the release' };
}

function noSelector(name: string): RoutingProblem {
  return { place: `Service ${name}, spec.selector`, problem: 'has no selector, so no version can be chosen with it', remedy: 'give it the selector of the main Service, or delete it and Serin makes it' };
}
