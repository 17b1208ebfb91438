import type { Node } from '../template/nodes.js';
import { any, is, all, served, set } from '../template/nodes.js';
import { pausingBinding, pausingPolicy } from '../../model/admission.js';
import { approvalBinding, approvalPolicy } from '../../model/approval-admission.js';
import { toldBinding, toldPolicy } from '../../model/told-admission.js';
import { frontendDefinitions } from '../../frontends/definitions.js';
import { frontendNames } from '../../frontends/names.js';
import { customResourceDefinitions } from '../../model/custom-resources.js';
import { clusterMetadata, type Part } from './part.js';

/** Whatever Helm is told to do: with its definition, every policy and release of the cluster would go. */
const KEPT = { 'helm.sh/resource-policy': 'keep' };

const own = (object: object): { readonly [key: string]: Node } => object as { readonly [key: string]: Node };

/** The definitions of Serin's kinds. */
export const definitionParts: readonly Part[] = customResourceDefinitions().map((definition) => ({
  file: 'definitions',
  kind: 'CustomResourceDefinition',
  condition: set('installCRDs'),
  object: { ...own(definition), metadata: clusterMetadata(definition.metadata.name, { annotations: KEPT }) },
}));

/** The definitions of the kinds that front ends serve. */
export const frontendDefinitionParts: readonly Part[] = frontendNames.flatMap((name) =>
  frontendDefinitions[name]().map((definition): Part => ({
    file: `definitions-${name}`,
    kind: 'CustomResourceDefinition',
    condition: all(set('installCRDs'), set(`frontends.${name}`)),
    object: { ...own(definition), metadata: clusterMetadata(definition.metadata.name, { annotations: KEPT }) },
  })),
);

const PAUSES = any(is('pauseOnChange', 'always'), all(is('pauseOnChange', 'auto'), served('admissionregistration.k8s.io/v1/MutatingAdmissionPolicy')));

/** What the API server itself sees to. */
export const admissionParts: readonly Part[] = [
  { file: 'admission', kind: 'ValidatingAdmissionPolicy', condition: set('approvalPolicy'), object: { ...own(approvalPolicy), metadata: clusterMetadata(approvalPolicy.metadata.name) } },
  { file: 'admission', kind: 'ValidatingAdmissionPolicyBinding', condition: set('approvalPolicy'), object: { ...own(approvalBinding), metadata: clusterMetadata(approvalBinding.metadata.name) } },
  { file: 'admission', kind: 'ValidatingAdmissionPolicy', condition: set('approvalPolicy'), object: { ...own(toldPolicy), metadata: clusterMetadata(toldPolicy.metadata.name) } },
  { file: 'admission', kind: 'ValidatingAdmissionPolicyBinding', condition: set('approvalPolicy'), object: { ...own(toldBinding), metadata: clusterMetadata(toldBinding.metadata.name) } },
  { file: 'admission', kind: 'MutatingAdmissionPolicy', condition: PAUSES, object: { ...own(pausingPolicy), metadata: clusterMetadata(pausingPolicy.metadata.name) } },
  { file: 'admission', kind: 'MutatingAdmissionPolicyBinding', condition: PAUSES, object: { ...own(pausingBinding), metadata: clusterMetadata(pausingBinding.metadata.name) } },
];
