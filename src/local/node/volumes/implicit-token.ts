import type { Pod, ServiceAccount, Volume } from '../../../kubernetes/generated/core-v1.js';

/** Where processes look for the token of their account. */
export const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

const PREFIX = 'kube-api-access-';

/** Whether a volume was added to a Pod without anybody asking for it. */
export function isImplicitToken({ name, projected }: Volume): boolean {
  return projected !== undefined && name.startsWith(PREFIX);
}

/** Whether something in the Pod reads the token: then its absence is no detail. */
export function asksForToken({ spec }: Pod): boolean {
  return [...(spec.initContainers ?? []), ...spec.containers].some(({ command = [], args = [], env = [] }) =>
    [...command, ...args, ...env.map(({ value = '' }) => value)].some((text) => text.includes(TOKEN_FOLDER)),
  );
}

/**
 * The Pod with the token of its account mounted, where it names an account (or asks for the token) and neither it nor the
 * account forbids it. A real API server adds the volume to every Pod; here one that names no account goes without.
 */
export function withImplicitToken(pod: Pod, account: ServiceAccount | undefined): Pod {
  const { spec } = pod;
  const named = (spec.serviceAccountName ?? 'default') !== 'default';
  const wanted = spec.automountServiceAccountToken ?? (account?.automountServiceAccountToken !== false && (named || asksForToken(pod)));
  if (!wanted || (spec.volumes ?? []).some(isImplicitToken)) return pod;
  const name = `${PREFIX}local`;
  const volume: Volume = {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
        { configMap: { name: 'kube-root-ca.crt', optional: true, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  };
  const mounted = <C extends Pod['spec']['containers'][number]>(container: C): C => {
    const mounts = container.volumeMounts ?? [];
    if (mounts.some(({ mountPath }) => mountPath.replace(/\/+$/, '') === TOKEN_FOLDER)) return container;
    return { ...container, volumeMounts: [...mounts, { name, mountPath: TOKEN_FOLDER, readOnly: true }] };
  };
  return {
    ...pod,
    spec: {
      ...spec,
      volumes: [...(spec.volumes ?? []), volume],
      containers: spec.containers.map(mounted),
      ...(spec.initContainers && { initContainers: spec.initContainers.map(mounted) }),
    },
  };
}
