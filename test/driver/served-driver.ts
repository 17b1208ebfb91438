import { pino } from 'pino';
import { imageDoor } from '../../src/cli/server/image-door.js';
import { createClient } from '../../src/cluster/create-client.js';
import type { WebhookCredentials } from '../../src/images/door/credentials.js';
import { userRoles, type UserRole } from '../../src/installation/parts/access.js';
import type { ClusterRole, RoleBinding } from '../../src/kubernetes/generated/rbac-v1.js';
import type { Resource } from '../../src/kubernetes/objects.js';
import { openCallbackDoor } from '../../src/notifications/callbacks/receive-callback.js';
import { seededRandom } from '../../src/ports/random.js';
import type { AuditEntry } from '../../src/server/audit.js';
import { createServer } from '../../src/server/create-server.js';
import { ask, type Answer, type Question } from '../../src/server/testing/asking.js';
import type { Driver } from './driver.js';

const GROUP = 'rbac.authorization.k8s.io';
const clusterRoles: Resource<ClusterRole> = { group: GROUP, version: 'v1', kind: 'ClusterRole', plural: 'clusterroles', namespaced: false };
const roleBindings: Resource<RoleBinding> = { group: GROUP, version: 'v1', kind: 'RoleBinding', plural: 'rolebindings', namespaced: true };

/** The bearer token of a person. */
export const tokenOf = (person: string): string => `token-of-${person}`;

/** People by their tokens, as a driver takes them. */
export const usersOf = (people: readonly string[]): Map<string, { username: string; groups: readonly string[] }> =>
  new Map(people.map((username) => [tokenOf(username), { username, groups: ['system:authenticated'] }]));

/** Not shipped: whoever may see Pods agrees to the images that they run. */
export const SEES_PODS = 'sees-pods';
const seesPods: Pick<UserRole, 'name' | 'rules'> = { name: SEES_PODS, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }] };

/** Gives people roles in the driver's namespace: those that are shipped, and `SEES_PODS`. */
export async function giveRoles({ client, namespace }: Driver, people: Readonly<Record<string, readonly UserRole['name'][]>>): Promise<void> {
  for (const { name, rules } of [...userRoles, seesPods]) await client.create(clusterRoles, { apiVersion: `${GROUP}/v1`, kind: 'ClusterRole', metadata: { name }, rules: [...rules] });
  for (const [person, roles] of Object.entries(people)) {
    for (const role of roles) {
      await client.create(roleBindings, {
        apiVersion: `${GROUP}/v1`, kind: 'RoleBinding', metadata: { name: `${person}-${role}`, namespace },
        roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role }, subjects: [{ kind: 'User', name: person, apiGroup: GROUP }],
      });
    }
  }
}

/** The whole server on a driver's cluster, over a socket, with all its doors. */
export interface ServedDriver {
  readonly url: string;
  readonly audit: readonly AuditEntry[];
  ask(path: string, question?: Question): Promise<Answer>;
  /** A fresh one-time link. */
  link(): string;
  stop(): Promise<void>;
}

/** @param person who signs in by link */
export async function serveDriver(driver: Driver, { credentials, person }: { readonly credentials: WebhookCredentials; readonly person: string }): Promise<ServedDriver> {
  const { client, clock } = driver;
  const audit: AuditEntry[] = [];
  const callbacks = openCallbackDoor({ client, clock, onError: (error) => driver.errors.push(error.message) });
  const server = await createServer({
    client,
    clientOf: ({ user, groups }) => createClient(driver.transport({ username: user, groups }), { fieldManager: 'serin-server', clock, random: seededRandom(4) }),
    signIn: { token: true, link: { identity: { user: person, groups: ['system:authenticated'], method: 'link' } } },
    webhooks: imageDoor({ client, clock }, credentials),
    callbacks: callbacks.receive,
    listen: { host: '127.0.0.1', port: 0 },
    clock, random: seededRandom(5), log: pino({ level: 'silent' }), audit: (entry) => void audit.push(entry),
  });
  return {
    url: server.url,
    audit,
    ask: (path, question) => driver.run(() => ask(server.url, path, question)),
    link: () => server.signInLink?.() ?? '',
    stop: () => driver.run(async () => {
      await server.stop();
      await callbacks.stop();
    }),
  };
}
