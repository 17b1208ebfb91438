import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { CONTROLLER_USER } from '../../controller/controller-rules.js';
import { installedKinds } from '../../installation/kinds.js';
import type { InstalledObject } from '../../installation/objects.js';
import type { ClusterRoleBinding, Subject } from '../../kubernetes/generated/rbac-v1.js';

/**
 * Another controller that has the rights which this installation would give to its own, in a sentence with the remedy: by
 * applying the binding it would lose them in the middle of its work. Undefined where there is none.
 */
export async function otherController(client: ClusterClient, objects: readonly InstalledObject[], signal: AbortSignal): Promise<string | undefined> {
  const wanted = objects.find(({ object }) => object.kind === 'ClusterRoleBinding' && object.metadata.name === CONTROLLER_USER)?.object as ClusterRoleBinding | undefined;
  if (!wanted) return undefined;
  // Who may not even see it is told by the API server what is missing.
  const present = await client.find<ClusterRoleBinding>(installedKinds.ClusterRoleBinding, { name: CONTROLLER_USER }, { signal }).catch((error: unknown) => {
    if (!isForbidden(error)) throw error;
    return undefined;
  });
  const own = new Set((wanted.subjects ?? []).map(inWords));
  const other = (present?.subjects ?? []).find((subject) => !own.has(inWords(subject)));
  if (!other) return undefined;
  const has = `ClusterRoleBinding ${CONTROLLER_USER} gives these rights to ${inWords(other)}`;
  if (other.kind === 'User' && other.name === CONTROLLER_USER) return `${has}, the controller that a local cluster brings along. There is nothing to install here; serin doctor says whether it leads.`;
  const away = other.kind === 'ServiceAccount' ? `take that one away first (serin uninstall -n ${other.namespace ?? ''}, or helm uninstall)` : 'delete that binding first if nothing needs it';
  return `${has}, and one controller works for all namespaces. To have it here instead, ${away}; to work in one namespace only, install with --watch-namespace.`;
}

const inWords = ({ kind, namespace, name }: Subject): string => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
