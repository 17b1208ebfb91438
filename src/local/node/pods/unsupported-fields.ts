import type { Container, Pod, Probe } from '../../../kubernetes/generated/core-v1.js';
import type { MountMode } from '../volumes/mount-mode.js';

/** Fields of a volume that are implemented. */
const VOLUMES = new Set(['name', 'emptyDir', 'configMap', 'secret', 'downwardAPI', 'projected']);

/** Fields of a Pod that local processes cannot honour. */
export interface UnsupportedFields {
  /** Without them the Pod would not do what it says, so it is not started. */
  readonly refused: readonly string[];
  /** Limits and protections that a plain process goes without. */
  readonly notEnforced: readonly string[];
}

/** Paths such as `spec.containers[0].lifecycle.postStart`; every field is either implemented, named here, or has no effect on a node. */
export function unsupportedFields({ spec }: Pod, mounts: MountMode['kind']): UnsupportedFields {
  const refused: string[] = [];
  const notEnforced: string[] = [];
  const refuse = (path: string, present: unknown): void => void (isGiven(present) && refused.push(path));
  const pass = (path: string, present: unknown): void => void (isGiven(present) && notEnforced.push(path));

  refuse('spec.activeDeadlineSeconds', spec.activeDeadlineSeconds);
  refuse('spec.dnsConfig', spec.dnsConfig);
  refuse('spec.dnsPolicy', spec.dnsPolicy === 'None');
  refuse('spec.ephemeralContainers', spec.ephemeralContainers);
  refuse('spec.hostAliases', spec.hostAliases);
  refuse('spec.hostIPC', spec.hostIPC);
  refuse('spec.hostNetwork', spec.hostNetwork);
  refuse('spec.hostPID', spec.hostPID);
  refuse('spec.hostnameOverride', spec.hostnameOverride);
  refuse('spec.os.name', spec.os?.name === 'windows');
  refuse('spec.resourceClaims', spec.resourceClaims);
  refuse('spec.runtimeClassName', spec.runtimeClassName);
  refuse('spec.setHostnameAsFQDN', spec.setHostnameAsFQDN);
  refuse('spec.shareProcessNamespace', spec.shareProcessNamespace);
  pass('spec.imagePullSecrets', spec.imagePullSecrets);
  pass('spec.hostUsers', spec.hostUsers === false);
  pass('spec.overhead', spec.overhead);
  pass('spec.resources', spec.resources);
  pass('spec.securityContext', spec.securityContext);
  pass('spec.subdomain', spec.subdomain);

  spec.volumes?.forEach((volume, index) => {
    const path = `spec.volumes[${index}]`;
    for (const source of Object.keys(volume)) {
      if (!VOLUMES.has(source)) refuse(`${path}.${source}`, true);
    }
    volume.projected?.sources?.forEach(({ clusterTrustBundle, podCertificate }, at) => {
      refuse(`${path}.projected.sources[${at}].clusterTrustBundle`, clusterTrustBundle !== undefined);
      refuse(`${path}.projected.sources[${at}].podCertificate`, podCertificate !== undefined);
    });
    pass(`${path}.emptyDir.medium`, volume.emptyDir?.medium);
    pass(`${path}.emptyDir.sizeLimit`, volume.emptyDir?.sizeLimit);
  });

  const emptyDirs = new Set((spec.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined).map(({ name }) => name));
  const each = (path: string, container: Container, initial: boolean): void => {
    refuse(`${path}.lifecycle.postStart`, container.lifecycle?.postStart);
    refuse(`${path}.lifecycle.preStop.tcpSocket`, container.lifecycle?.preStop?.tcpSocket);
    refuse(`${path}.restartPolicy`, container.restartPolicy);
    refuse(`${path}.restartPolicyRules`, container.restartPolicyRules);
    refuse(`${path}.stdin`, container.stdin);
    refuse(`${path}.tty`, container.tty);
    refuse(`${path}.volumeDevices`, container.volumeDevices);
    for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) refuseProbe(`${path}.${name}`, container[name]);
    container.ports?.forEach(({ hostPort, protocol }, index) => {
      refuse(`${path}.ports[${index}].hostPort`, hostPort);
      refuse(`${path}.ports[${index}].protocol`, protocol === 'SCTP');
    });
    container.env?.forEach(({ valueFrom }, index) => refuse(`${path}.env[${index}].valueFrom.fileKeyRef`, valueFrom?.fileKeyRef));
    container.volumeMounts?.forEach((mount, index) => {
      refuse(`${path}.volumeMounts[${index}].mountPropagation`, mount.mountPropagation !== undefined && mount.mountPropagation !== 'None');
      pass(`${path}.volumeMounts[${index}].mountPath (see SERIN_POD_ROOT)`, mounts === 'folder' && emptyDirs.has(mount.name));
    });
    pass(`${path}.resources`, container.resources);
    pass(`${path}.securityContext`, container.securityContext);
    pass(`${path}.terminationMessagePath`, container.terminationMessagePath !== undefined && container.terminationMessagePath !== '/dev/termination-log');
    if (initial) for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const) refuse(`${path}.${name}`, container[name]);
  };
  const refuseProbe = (path: string, probe: Probe | undefined): void => refuse(`${path}.grpc`, probe?.grpc);
  spec.initContainers?.forEach((container, index) => each(`spec.initContainers[${index}]`, container, true));
  spec.containers.forEach((container, index) => each(`spec.containers[${index}]`, container, false));
  return { refused, notEnforced };
}

/** Neither absent, false, empty text, empty list nor empty object: what a server's defaulting may leave behind. */
function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (typeof value === 'object') return Object.values(value).some(isGiven) || (Array.isArray(value) && value.length > 0);
  return true;
}
