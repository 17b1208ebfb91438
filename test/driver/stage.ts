import type { ClusterClient } from '../../src/cluster/client.js';
import type { KubernetesObject, ObjectName, Resource } from '../../src/kubernetes/objects.js';

/** What a cluster's objects are now, and the way to change them: all in virtual time, or a real one. */
export interface Stage {
  /** Of the program on trial. */
  readonly namespace: string;
  readonly client: ClusterClient;
  /** All objects of a kind. */
  objects<T extends KubernetesObject>(resource: Resource<T>, namespace?: string): T[];
  object<T extends KubernetesObject>(resource: Resource<T>, name: Required<ObjectName>): T | undefined;
  /** Awaits work, while time goes on. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Lets time go on. */
  pass(seconds: number): Promise<void>;
}

/** The program on a stage. */
export const webOn = ({ namespace }: Stage): { namespace: string; name: string } => ({ namespace, name: 'web' });

/** The object in the namespace of a stage. */
export const placed = <T extends KubernetesObject>({ namespace }: Stage, object: T): T => ({ ...object, metadata: { ...object.metadata, namespace } });
