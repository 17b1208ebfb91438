import type { ClusterClient } from '../../cluster/client.js';
import type { EventRecorder } from '../../cluster/event-recorder.js';
import type { Pod, Service } from '../../kubernetes/generated/core-v1.js';
import type { Clock } from '../../ports/clock.js';
import type { AddressMap } from '../addresses/address-map.js';
import type { ImageTable } from './images/image-table.js';
import type { PodAddressPool } from './pods/pod-address-pool.js';
import type { BackOffLimits } from './pods/restart-back-off.js';
import type { ContainerLogs, LogLimits } from './processes/container-logs.js';
import type { ProcessRecords } from './processes/process-records.js';
import type { MountMode } from './volumes/mount-mode.js';

/** The types of Events. */
export type EventType = 'Normal' | 'Warning';

/** What the Pods of one node share. */
export interface NodeServices {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly images: ImageTable;
  readonly records: ProcessRecords;
  readonly logs: ContainerLogs;
  readonly logLimits: LogLimits;
  readonly events: EventRecorder;
  readonly addresses: AddressMap;
  readonly pool: PodAddressPool;
  /** The Services of a namespace, as the node knows them. */
  readonly servicesOf: (namespace: string) => readonly Service[];
  readonly allocatable: Readonly<Record<string, string>>;
  readonly backOff: BackOffLimits;
  /** How volumes come before processes. */
  readonly mounts: MountMode;
  /** Folders of the Pods are made below it. */
  readonly stateDirectory: string;
}

/** What a container may know of its Pod. */
export interface PodScope {
  /** As the API had it last, with what the node adds to it. */
  readonly pod: Pod;
  readonly podIP: string;
  /** HOME and TMPDIR of the Pod's processes. */
  readonly home: string;
  /** Folders of its volumes, by name. */
  readonly volumes: Readonly<Record<string, string>>;
  /** A folder in which the node prepares what one container sees. */
  readonly containerFolder: (container: string) => string;
  /** Called whenever a container's status is another. */
  readonly changed: () => void;
}
