import { overwritten } from '../overwriting.js';
import type { RouterContext, RoutingProblem } from '../router.js';
import { foreignWriterOf } from '../managed-fields.js';
import { shareOf } from './canary-ingress.js';
import type { IngressClaim } from './claims.js';
import { annotation, type Ingress, type IngressNginxConfig } from './objects.js';
import type { MainIngress } from './selection.js';

/** That another canary Ingress stands beside the same path: only one counts. */
export function foreignCanary(canary: Ingress, path: { readonly host: string; readonly path: string }): RoutingProblem {
  return {
    place: `Ingress ${canary.metadata.name}`,
    problem: `is a canary for ${path.host === '' ? '' : path.host}${path.path} already, and ingress-nginx knows one for each backend`,
    remedy: 'delete it, or end what made it; Serin makes a canary Ingress of its own',
  };
}

/** That the name of an Ingress that Serin would make is taken. */
export function nameTaken({ metadata }: Ingress): RoutingProblem {
  return { place: `Ingress ${metadata.name}`, problem: 'was not made by Serin for this policy, but has the name of the one that it makes', remedy: 'rename or delete it' };
}

/** That the weight of our canary Ingress is not the one that was written last. */
export function weightProblems(config: IngressNginxConfig, canary: Ingress, { lastWritten }: Pick<RouterContext, 'lastWritten'>): RoutingProblem[] {
  const share = shareOf(config, canary);
  if (lastWritten === undefined || share === lastWritten.shares.canary) return [];
  const key = annotation(config, 'canary-weight');
  const owned = ['metadata', 'annotations', key];
  if (share !== undefined && foreignWriterOf(canary, owned) === undefined) return [];
  const jsonPointer = `/metadata/annotations/${key.replaceAll('/', '~1')}`;
  return [overwritten({ object: canary, group: 'networking.k8s.io', field: key, jsonPointer, owned }, share === undefined ? 'changed what it says of weights' : `set it to ${share}`)];
}

/** That someone put live paths of a main Ingress back in the middle of a release. */
export function mainProblems(main: MainIngress, claim: IngressClaim | undefined, expected: string | undefined): RoutingProblem[] {
  const { object } = main.found;
  const owned = ['spec', 'rules'];
  if (!claim || expected === undefined || foreignWriterOf(object, owned) === undefined) return [];
  return main.paths
    .filter(({ service }) => service !== expected)
    .map(({ rule, index, service }) =>
      overwritten({ object, group: 'networking.k8s.io', field: `spec.rules[${rule}].http.paths[${index}].backend`, jsonPointer: '/spec/rules', owned }, `set it to Service ${service}`),
    );
}
