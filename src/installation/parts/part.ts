import { MANAGER, hole, text, string, NAMESPACE, VERSION, type Condition, type Hole, type Node, type Text } from '../template/nodes.js';
import type { InstalledKind } from '../kinds.js';

/** One object of an installation. */
export interface Part {
  /** Which file of the chart it is in. */
  readonly file: string;
  readonly kind: InstalledKind;
  /** Without one it is always there. */
  readonly condition?: Condition;
  readonly object: { readonly [key: string]: Node };
}

/** What everything in an installation is called. */
export const NAME = 'serin';

/** By which the Pods are chosen; never changes, because a Deployment's selector cannot. */
export const selector = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/component': 'controller' } as const;

/** On everything. */
export const labels = {
  ...selector,
  'app.kubernetes.io/part-of': NAME,
  // By which one of several installations of a cluster is told from the others.
  'app.kubernetes.io/instance': hole(NAMESPACE),
  'app.kubernetes.io/version': hole(VERSION),
  'app.kubernetes.io/managed-by': hole(MANAGER),
} as const;

/** Metadata of an object without a namespace. */
export const clusterMetadata = (name: string | Text, more: { readonly [key: string]: Node } = {}): Node => ({ name, labels, ...more });
/** Metadata of an object in the namespace of the installation. */
export const metadata = (name: string, namespace: Hole = hole(NAMESPACE)): Node => ({ name, namespace, labels });

/** A name that no other installation has. */
export const nameInCluster = (prefix: string): Text => text(prefix, string(NAMESPACE));
