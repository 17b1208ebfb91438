import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';

/** A Deployment that a Rollout takes over, with two Services behind ingress-nginx. */
export const EXAMPLE = join(import.meta.dirname, '../../examples/argo-nginx');
export const IMAGES = join(EXAMPLE, 'images.json');
export const REGISTRY = '172.16.77.115:5000/pregap';
export const namespace = 'pregap';

/** The objects of a file of it. */
export const manifests = (file: string): KubernetesObject[] => parseAllDocuments(readFileSync(join(EXAMPLE, `${file}.yaml`), 'utf8')).map((document) => document.toJS() as KubernetesObject);
