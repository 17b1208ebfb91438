import type { ClusterClient } from '../cluster/client.js';
import type { EventNote } from '../cluster/event-recorder.js';
import type { Message } from '../model/messages.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { Clock } from '../ports/clock.js';
import type { FaultPort } from '../ports/fault-port.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import type { Analyses } from './analysis/analyses.js';
import type { Caches } from './caches.js';
import type { Conflicts } from './conflicts.js';
import type { OwnProblems } from './policy-checks.js';
import type { ReleasePlaces } from './release-places.js';
import type { Gates } from './gates.js';
import type { ControllerObserver } from './observer.js';

export interface EventSink {
  record(about: KubernetesObject, what: Message, type: 'Normal' | 'Warning'): void;
  /** As `record`, in the words of another tool, whose users look for its reasons. */
  note(about: KubernetesObject, what: EventNote): void;
}

/** Whether this process leads, and for the how-many-eth time someone does. */
export interface Leadership {
  mayWrite(): boolean;
  epoch(): number;
}

/** What every part of the loop is given. */
export interface ControllerContext {
  readonly client: ClusterClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly faults: FaultPort;
  readonly analyses: Pick<Analyses, 'track' | 'counts' | 'observe' | 'passed' | 'finish' | 'forget'>;
  readonly events: EventSink;
  readonly gates: Gates;
  readonly places: ReleasePlaces;
  readonly observer: ControllerObserver;
  readonly conflicts: Conflicts;
  /** True where ConfigMaps and Secrets may not be read; then no policy can watch them. */
  readonly withoutConfig?: boolean;
  readonly leadership: Leadership;
  /** What policies say of themselves: asked at every pass, and new only with the object. */
  readonly ownProblems: (policy: ReleasePolicy) => OwnProblems;
}
