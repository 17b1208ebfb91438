import { pino } from 'pino';
import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import { expect } from 'vitest';
import type { ClusterClient } from '../../src/cluster/client.js';
import type { ClusterRole, ClusterRoleBinding, PolicyRule } from '../../src/kubernetes/generated/rbac-v1.js';
import { installedKinds } from '../../src/installation/kinds.js';
import { seededRandom } from '../../src/ports/random.js';
import { errorAnswer } from '../../src/server/error-answer.js';
import { HttpError, httpErrorOf } from '../../src/server/errors.js';
import { createRights } from '../../src/server/rights.js';
import type { Identity } from '../../src/server/identity.js';
import type { JsonReply, RawContext, Route, RouteModule } from '../../src/server/route.js';
import { resourceRoutes } from '../../src/server/resources/routes.js';
import type { Driver } from './driver.js';

/** What was answered; of what is no success, its sentence. */
export interface Told<T> {
  readonly status: number;
  readonly body: T;
}

/** One request: method, path with its query, body. */
export type Question = readonly [method: string, path: string, body?: unknown];

/** The API's routes on a driver's cluster, asked as somebody without a socket; every answer is held against its schema. */
export class AskedApi {
  readonly module: RouteModule;
  readonly #driver: Driver;
  readonly #identity: Identity;

  private constructor(driver: Driver, identity: Identity, module: RouteModule) {
    this.#driver = driver;
    this.#identity = identity;
    this.module = module;
  }

  /** Begins the API's caches, which `stop` of its module ends. @param people those beside the one who asks first, by name, with what they may do */
  static async start(driver: Driver, identity: Identity, people: Readonly<Record<string, readonly PolicyRule[]>> = {}): Promise<AskedApi> {
    const { client, clock } = driver;
    const clients = new Map<string, ClusterClient>();
    for (const [name, rules] of Object.entries(people)) {
      clients.set(name, driver.clientOf({ username: name, groups: GROUPS }));
      await driver.run(() => allow(client, name, rules));
    }
    const clientOf = ({ user }: Identity): ClusterClient => clients.get(user) ?? client;
    const module = resourceRoutes({ client, clientOf, clock, rights: createRights({ client, clientOf, clock }), random: seededRandom(5), log: pino({ level: 'silent' }) });
    module.start?.();
    return new AskedApi(driver, identity, module);
  }

  /** The same API, asked by one of the other people. */
  as(user: string): AskedApi {
    return new AskedApi(this.#driver, { user, groups: GROUPS, method: 'token' }, this.module);
  }

  /** Asks, and lets virtual time go on until the answer is there. */
  ask<T>(...question: Question): Promise<Told<T>> {
    return this.#driver.run(() => this.#answer<T>(question));
  }

  /** Asks as several people at once, in this order. */
  askTogether<T>(...questions: readonly (readonly [user: string, question: Question])[]): Promise<Told<T>[]> {
    return this.#driver.run(() => Promise.all(questions.map(([user, question]) => this.as(user).#answer<T>(question))));
  }

  async #answer<T>([method, path, body]: Question): Promise<Told<T>> {
    const [plain = '', search = ''] = path.split('?');
    const { route, params } = this.#find(method, plain);
    const context: RawContext = {
      identity: this.#identity, session: undefined, params, query: Object.fromEntries(new URLSearchParams(search)), body, bytes: Buffer.alloc(0), headers: {}, requestId: 'r', remote: '127.0.0.1',
      signal: new AbortController().signal, note: () => undefined, actAs: () => undefined, nothingDone: () => undefined,
    };
    let reply: JsonReply;
    try {
      reply = (await route.handle(context)) as JsonReply;
    } catch (error) {
      const answer = httpErrorOf(error);
      if (!(error instanceof HttpError) && answer.status >= 500) throw error;
      // What people meet on the page is there in Chinese; 400 is for programs.
      if (answer.status !== 400) expect(errorAnswer(answer, 'r').error.messageZh, answer.message).toMatch(/[\u4e00-\u9fff].*。$/);
      return { status: answer.status, body: answer.message as T };
    }
    const schema: TSchema | undefined = route.answers[reply.status];
    expect(schema && [...Value.Errors(schema, reply.body)].slice(0, 3), `${method} ${path}`).toEqual([]);
    return { status: reply.status, body: reply.body as T };
  }

  #find(method: string, path: string): { route: Route; params: Record<string, string> } {
    for (const route of this.module.routes) {
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      const match = new RegExp(`^${route.path.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(path);
      if (route.method === method && match) return { route, params: Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? ''])) };
    }
    throw new Error(`no route ${method} ${path}`);
  }
}

const GROUPS = ['system:authenticated'];

async function allow(client: ClusterClient, name: string, rules: readonly PolicyRule[]): Promise<void> {
  const [metadata, apiGroup] = [{ name: `test-${name}` }, 'rbac.authorization.k8s.io'];
  await client.create<ClusterRole>(installedKinds.ClusterRole, { apiVersion: `${apiGroup}/v1`, kind: 'ClusterRole', metadata, rules: [...rules] });
  await client.create<ClusterRoleBinding>(installedKinds.ClusterRoleBinding, { apiVersion: `${apiGroup}/v1`, kind: 'ClusterRoleBinding', metadata, roleRef: { apiGroup, kind: 'ClusterRole', name: metadata.name }, subjects: [{ apiGroup, kind: 'User', name }] });
}
