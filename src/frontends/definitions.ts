import type { CustomResourceDefinition } from '../kubernetes/generated/apiextensions-v1.js';
import { argoDefinitions } from './argo/custom-resources.js';
import { kubevelaDefinitions } from './kubevela/custom-resources.js';
import type { FrontendName } from './names.js';

/** The definitions of the kinds that a front end reads and writes. */
export const frontendDefinitions: Readonly<Record<FrontendName, () => CustomResourceDefinition[]>> = { kubevela: kubevelaDefinitions, argo: argoDefinitions };
