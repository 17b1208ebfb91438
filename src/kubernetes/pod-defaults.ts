import { isRecord } from './json.js';
import { canonicalQuantity, isQuantity } from './quantity.js';

type Fields = Record<string, unknown>;

/** What a server adds to a PodSpec that leaves it out, in place (Kubernetes' defaulting of core/v1, without pod-level limits). */
export function fillPodSpecDefaults(spec: Fields): void {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
  });
  if (!isRecord(spec['securityContext'])) spec['securityContext'] = {};
  if (typeof spec['serviceAccountName'] === 'string' && spec['serviceAccountName'] !== '') {
    spec['serviceAccount'] = spec['serviceAccountName'];
  } else if (typeof spec['serviceAccount'] === 'string' && spec['serviceAccount'] !== '') {
    spec['serviceAccountName'] = spec['serviceAccount'];
  }
  for (const container of [...records(spec['containers']), ...records(spec['initContainers'])]) fillContainerDefaults(container);
  for (const volume of records(spec['volumes'])) fillVolumeDefaults(volume);
  if (spec['hostNetwork'] === true) {
    for (const container of records(spec['containers'])) {
      for (const port of records(container['ports'])) fill(port, { hostPort: port['containerPort'] });
    }
  }
}

function fillContainerDefaults(container: Fields): void {
  fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: defaultPullPolicy(container['image']),
  });
  if (!isRecord(container['resources'])) container['resources'] = {};
  const resources = container['resources'];
  if (isRecord(resources)) fillRequests(resources);
  for (const port of records(container['ports'])) fill(port, { protocol: 'TCP' });
  for (const variable of records(container['env'])) {
    const source = variable['valueFrom'];
    if (isRecord(source) && isRecord(source['fieldRef'])) fill(source['fieldRef'], { apiVersion: 'v1' });
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (!isRecord(probe)) continue;
    fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    fillHandlerDefaults(probe);
  }
  const lifecycle = container['lifecycle'];
  if (isRecord(lifecycle)) {
    for (const hook of [lifecycle['postStart'], lifecycle['preStop']]) if (isRecord(hook)) fillHandlerDefaults(hook);
  }
}

/** A limit without a request is also the request. Amounts become canonical. */
function fillRequests(resources: Fields): void {
  const limits = resources['limits'];
  if (isRecord(limits) && Object.keys(limits).length > 0) {
    const requests: Fields = isRecord(resources['requests']) ? resources['requests'] : {};
    fill(requests, limits);
    resources['requests'] = requests;
  }
  for (const amounts of [limits, resources['requests']]) {
    if (!isRecord(amounts)) continue;
    for (const [name, amount] of Object.entries(amounts)) {
      if ((typeof amount === 'string' || typeof amount === 'number') && isQuantity(amount)) amounts[name] = canonicalQuantity(amount);
    }
  }
}

function fillHandlerDefaults(handler: Fields): void {
  if (isRecord(handler['httpGet'])) fill(handler['httpGet'], { path: '/', scheme: 'HTTP' });
  if (isRecord(handler['grpc'])) fill(handler['grpc'], { service: '' });
}

function fillVolumeDefaults(volume: Fields): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume['emptyDir'] = {};
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const settings = volume[source];
    if (isRecord(settings)) fill(settings, { defaultMode: 0o644 });
  }
  if (isRecord(volume['hostPath'])) fill(volume['hostPath'], { type: '' });
  const projected = isRecord(volume['projected']) ? records(volume['projected']['sources']) : [];
  for (const each of projected) {
    if (isRecord(each['serviceAccountToken'])) fill(each['serviceAccountToken'], { expirationSeconds: 3600 });
  }
  const downward = [volume['downwardAPI'], ...projected.map((each) => each['downwardAPI'])];
  for (const each of downward) {
    if (!isRecord(each)) continue;
    for (const item of records(each['items'])) if (isRecord(item['fieldRef'])) fill(item['fieldRef'], { apiVersion: 'v1' });
  }
}

/** `Always` for the tag `latest` or none, else `IfNotPresent` (a digest alone counts as not latest). */
function defaultPullPolicy(image: unknown): string {
  if (typeof image !== 'string') return 'IfNotPresent';
  const [name = '', digest] = image.split('@');
  const tag = /:([^/:]*)$/.exec(name)?.[1];
  return tag === 'latest' || (tag === undefined && digest === undefined) ? 'Always' : 'IfNotPresent';
}

function fill(target: Fields, defaults: Fields): void {
  for (const [key, value] of Object.entries(defaults)) if (target[key] === undefined || target[key] === null) target[key] = value;
}

function records(list: unknown): Fields[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
