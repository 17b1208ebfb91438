import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import type { Authentication } from './access/authentication.js';
import type { Authorizer } from './access/authorizer.js';
import type { Admission } from './admission/admission.js';
import type { BuiltinSchemas } from './decoding/builtin-schemas.js';
import type { ProtobufObjects } from './decoding/protobuf-objects.js';
import type { KindRegistry, ServedKind } from './kind-registry.js';
import type { LogSource } from './log-source.js';
import type { User } from './request/users.js';
import type { Store } from './store.js';
import type { PodAddress } from './verbs/pod-proxy.js';
import type { WatchHub } from './verbs/watch-hub.js';

/** What all requests share. */
export interface ServerContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly kinds: KindRegistry;
  readonly watches: WatchHub;
  readonly schemas: BuiltinSchemas;
  readonly protobuf: ProtobufObjects;
  readonly authentication: Authentication;
  readonly authorizer: Authorizer;
  readonly admission: Admission;
  readonly logs: LogSource | undefined;
  /** Where Pods are really found; absent where they have no network. */
  readonly podAddress: PodAddress | undefined;
}

/** One request for a resource, checked as far as its path goes. */
export interface Call {
  readonly user: User;
  readonly method: string;
  /** What is read and written; where the path is of a view, what that is stored as. */
  readonly served: ServedKind;
  /** What the client sees: `served`, or a view of it. */
  readonly shown: ServedKind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What is meant for the other side of a proxy. */
  readonly rest?: string | undefined;
  /** Whether the path is one of the old `/watch/…` kind. */
  readonly deprecatedWatch: boolean;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal | undefined;
  /** Sent as Warning headers. */
  readonly warnings: string[];
}
