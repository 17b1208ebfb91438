import type { KubernetesObject } from '../kubernetes/objects.js';
import { foreignWriterOf } from './managed-fields.js';
import type { RoutingProblem } from './router.js';

/** A field of ours in a shared object, as GitOps tools would be told to leave it alone. */
export interface SharedField {
  readonly object: KubernetesObject;
  /** API group of the object; empty for core. */
  readonly group: string;
  /** In words of the object, such as `spec.http[0].route`. */
  readonly field: string;
  readonly jsonPointer: string;
  /** For tools that match items of a list by their content. */
  readonly jqPath?: string;
  /** Names of the atomic field that holds it, as ownership is recorded. */
  readonly owned: readonly string[];
}

/** That someone else rewrote a field of ours, who it was as far as known, and which setting ends it. */
export function overwritten(shared: SharedField, what: string): RoutingProblem {
  const { object, group, field, jsonPointer, jqPath, owned } = shared;
  const writer = foreignWriterOf(object, owned);
  const argo = [
    ...(group === '' ? [] : [`group: ${group}`]),
    `kind: ${object.kind}`,
    `name: ${object.metadata.name}`,
    jqPath === undefined ? `jsonPointers: [${jsonPointer}]` : `jqPathExpressions: ['${jqPath}']`,
  ].join(', ');
  return {
    place: `${object.kind} ${object.metadata.name}, ${field}`,
    problem: `${writer === undefined ? 'someone else' : `field manager "${writer}"`} ${what}; Serin does not fight over it`,
    remedy:
      'let the tool that owns the object leave this field alone while a release runs. ' +
      `Argo CD: ignoreDifferences {${argo}} and the sync option RespectIgnoreDifferences=true. ` +
      `Flux 2.9: spec.ignore {target: {kind: ${object.kind}, name: ${object.metadata.name}}, paths: [/${owned.map((name) => name.replaceAll('/', '~1')).join('/')}]} of the Kustomization; before, the annotation kustomize.toolkit.fluxcd.io/ssa: IfNotPresent on the object. ` +
      'Then go on with the release, or abort it',
  };
}
