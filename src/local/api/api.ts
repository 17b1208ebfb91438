import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import type { Transport } from '../../ports/transport.js';
import { RoleAggregation } from './access/aggregation.js';
import { Authentication } from './access/authentication.js';
import { Authorizer } from './access/authorizer.js';
import { DefaultAccounts } from './access/default-accounts.js';
import { createAdmission } from './admission/admission.js';
import { builtinSchemas } from './decoding/builtin-schemas.js';
import { ProtobufObjects } from './decoding/protobuf-objects.js';
import { withDefinitionRules } from './definitions/definition-rules.js';
import { DefinitionController } from './definitions/definition-controller.js';
import { createHandler, type Handler } from './handler.js';
import { KindRegistry } from './kind-registry.js';
import type { Kind } from './kinds/kind.js';
import { builtinKinds } from './kinds/registry.js';
import type { LogSource } from './log-source.js';
import { administrator, type User, type Users } from './request/users.js';
import type { ServerContext } from './server-context.js';
import type { Store } from './store.js';
import { createSystemObjects } from './system-objects.js';
import type { PodAddress } from './verbs/pod-proxy.js';
import { inProcessTransport } from './in-process-transport.js';
import { WatchHub } from './verbs/watch-hub.js';

/** What an API is made of. */
export interface ApiOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Default: all built-in kinds. */
  readonly kinds?: readonly Kind[];
  /** Who may come in over sockets, by bearer token. */
  readonly users?: Users;
  /** Signs the tokens of ServiceAccounts; absent: one that is drawn from `random`, so that tokens end with this API. */
  readonly tokenKey?: Uint8Array;
  /** Where Pod logs are read; absent: they are empty. */
  readonly logs?: LogSource;
  /** Where Pods are really found, for requests that are passed on to them; absent: they cannot be reached. */
  readonly podAddress?: PodAddress;
}

/** A Kubernetes-compatible API. */
export interface Api {
  /** Requests straight into this API, made as `user` (default: an administrator). */
  transport(user?: User): Transport;
  readonly handle: Handler;
  /** Who has a bearer token; undefined for one that nobody has, or that is no longer good. */
  authenticate(token: string): User | undefined;
  readonly clock: Clock;
  /** Resolves when the namespaces that always exist are there. Requests before that wait for it. */
  readonly ready: Promise<void>;
  /** Ends all watches. The store stays open: it belongs to the caller. */
  close(): Promise<void>;
}

/** Makes an API over a store. Nothing here waits but through `clock` or draws but from `random`. */
export function createApi(options: ApiOptions): Api {
  const { store, clock, random } = options;
  const kinds = new KindRegistry(options.kinds ?? builtinKinds(), builtinSchemas);
  withDefinitionRules(kinds);
  const watches = new WatchHub(store);
  const definitions = new DefinitionController(store, clock, kinds, watches);
  const authentication = new Authentication({ store, clock, random, users: options.users ?? new Map(), key: options.tokenKey });
  const authorizer = new Authorizer(store);
  const aggregation = new RoleAggregation(store);
  const server: ServerContext = {
    ...{ store, clock, random, kinds, watches, schemas: builtinSchemas, authentication, authorizer },
    ...{ protobuf: new ProtobufObjects(), admission: createAdmission(), logs: options.logs, podAddress: options.podAddress },
  };
  const accounts = new DefaultAccounts(store, clock, random);
  const ready = createSystemObjects(server).then(() => accounts.start());
  const answer = createHandler(server);
  const handle: Handler = async (request) => {
    await ready;
    return answer(request);
  };
  return {
    transport: (user = administrator) => inProcessTransport(handle, user),
    handle,
    authenticate: (token) => authentication.userOf(token),
    clock,
    ready,
    close: async () => {
      watches.close();
      await ready;
      await definitions.close();
      await aggregation.close();
      await accounts.close();
      authorizer.close();
    },
  };
}
