import { isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject, UnknownObject } from '../../../kubernetes/objects.js';
import { canonicalQuantity, isQuantity } from '../../../kubernetes/quantity.js';
import { resources } from '../../../kubernetes/resources.js';
import { parseLabelSelector, type LabelMatcher } from '../../../kubernetes/selectors.js';
import { badRequestStatus, deletedStatus, failureStatus, methodNotAllowedStatus, notFoundStatus } from '../../../kubernetes/status.js';
import type { GroupEntry, ResourceEntry } from '../discovery/catalogue.js';
import { fail, jsonAnswer, type Answer } from '../request/answer.js';
import { parseObjectBody } from '../request/body.js';
import type { ResourceTarget } from '../request/target.js';
import type { ServerContext } from '../server-context.js';
import type { Store } from '../store.js';
import { timestamp } from '../writes/identity.js';

type Fields = Record<string, unknown>;

/** What a request for metric values carries. */
export interface MetricRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly contentType: string | undefined;
}

const GROUPS = {
  'custom.metrics.k8s.io': { version: 'v1beta2', kind: 'MetricValueList', collection: 'custom.metrics.k8s.io/values' },
  'external.metrics.k8s.io': { version: 'v1beta1', kind: 'ExternalMetricValueList', collection: 'external.metrics.k8s.io/values' },
} as const;

/** Which values a path speaks of. */
interface Place {
  readonly group: keyof typeof GROUPS;
  readonly namespace: string;
  readonly metric: string;
  /** What custom values are about: `pods` and a name, or a star for all of them. */
  readonly about?: { readonly plural: string; readonly name: string };
}

/**
 * Answers for custom.metrics.k8s.io and external.metrics.k8s.io. Real ones compute what they are asked; here values are put
 * at the very paths at which they are read, by whoever has measured them.
 * @returns undefined for a path of another group
 */
export async function metricAnswer(server: ServerContext, target: ResourceTarget, request: MetricRequest): Promise<Answer | undefined> {
  const place = placeOf(target);
  if (place === undefined) return undefined;
  const uid = server.store.get('/namespaces', place.namespace)?.object.metadata.uid ?? fail(notFoundStatus(resources.namespaces, place.namespace));
  switch (request.method) {
    case 'GET':
      return jsonAnswer(200, listOf(place, readItems(server, place, uid, request.query)));
    case 'PUT':
    case 'POST':
      return jsonAnswer(200, listOf(place, await writeItems(server, place, uid, given(server, place, request))));
    case 'DELETE':
      await writeItems(server, place, uid, []);
      return jsonAnswer(200, deletedStatus({ group: place.group, plural: place.metric, kind: '' }, place.metric, ''));
    default:
      return fail(methodNotAllowedStatus());
  }
}

/** What there are values of now, for discovery. */
export function metricGroups(store: Store): GroupEntry[] {
  return Object.entries(GROUPS).map(([name, { version, kind, collection }]) => {
    const names = [...new Set(store.list(collection).map(({ key }) => key.split('/').slice(1).join('/')))].sort();
    const entry = (resource: string): ResourceEntry => ({ name: resource, singular: '', kind, namespaced: true, verbs: ['get'], shortNames: [], categories: [], subresources: [] });
    return { name, versions: [{ version, resources: names.map(entry) }] };
  });
}

function placeOf({ group, version, namespace, plural, name, subresource }: ResourceTarget): Place | undefined {
  if (group !== 'custom.metrics.k8s.io' && group !== 'external.metrics.k8s.io') return undefined;
  if (version !== GROUPS[group].version || namespace === undefined) return undefined;
  if (group === 'external.metrics.k8s.io') return name === undefined ? { group, namespace, metric: plural } : undefined;
  if (plural === 'metrics' && name !== undefined && subresource === undefined) return { group, namespace, metric: name, about: { plural: 'namespaces', name: namespace } };
  if (name === undefined || subresource === undefined || subresource.includes('/')) return undefined;
  return { group, namespace, metric: subresource, about: { plural, name } };
}

const keyOf = ({ namespace, metric, about }: Place): string => [namespace, ...(about === undefined ? [] : [about.plural]), metric].join('/');

function listOf({ group }: Place, items: readonly Fields[]): object {
  const { version, kind } = GROUPS[group];
  return { kind, apiVersion: `${group}/${version}`, metadata: {}, items };
}

/** Values of a namespace that was deleted are not those of another that bears its name. */
function storedItems(store: Pick<Store, 'get'>, place: Place, uid: string): Fields[] {
  const found = store.get(GROUPS[place.group].collection, keyOf(place))?.object as UnknownObject | undefined;
  const items = found?.metadata.uid === uid ? found['items'] : [];
  return Array.isArray(items) ? items.filter(isRecord) : [];
}

function readItems(server: ServerContext, place: Place, uid: string, query: URLSearchParams): Fields[] {
  const items = storedItems(server.store, place, uid);
  const labels = matcherOf(query.get('labelSelector'));
  const { about, metric } = place;
  if (about === undefined) return items.filter(({ metricLabels }) => labels.matches(textsOf(metricLabels)));
  const metricLabels = matcherOf(query.get('metricLabelSelector'));
  const collection = collectionOf(server, about.plural);
  const found = items.filter((item) => {
    const name = nameIn(item);
    if (about.name !== '*') return name === about.name && metricLabels.matches(metricLabelsIn(item));
    const object: KubernetesObject | undefined = server.store.get(collection, about.plural === 'namespaces' ? name : `${place.namespace}/${name}`)?.object;
    return object !== undefined && labels.matches(object.metadata.labels) && metricLabels.matches(metricLabelsIn(item));
  });
  if (found.length > 0) return found;
  return fail(failureStatus(404, 'NotFound', `the server could not find the metric ${metric} for ${about.plural}${about.name === '*' ? '' : ` ${about.name}`}`));
}

async function writeItems(server: ServerContext, place: Place, uid: string, items: Fields[]): Promise<Fields[]> {
  const { about, group, namespace, metric } = place;
  const { collection, version, kind } = GROUPS[group];
  const key = keyOf(place);
  await server.store.write((transaction) => {
    // Of the transaction, so that values put at the same time do not push each other out.
    const others = about === undefined || about.name === '*' ? [] : storedItems(transaction, place, uid).filter((item) => nameIn(item) !== about.name);
    const all = [...others, ...items];
    const object: UnknownObject = { apiVersion: `${group}/${version}`, kind, metadata: { name: metric, namespace, uid }, items: all };
    if (all.length === 0) transaction.delete(collection, key);
    else transaction.put(collection, key, object);
  });
  return items;
}

/** @throws ApiFailure 400 for what are no values */
function given(server: ServerContext, place: Place, { body, contentType }: MetricRequest): Fields[] {
  const content = parseObjectBody(body, contentType, GROUPS[place.group].kind);
  const items: unknown = isRecord(content) ? content['items'] : undefined;
  if (!Array.isArray(items)) return fail(badRequestStatus(`items: Required value: give a ${GROUPS[place.group].kind}`));
  return items.map((item: unknown, index) => {
    const fields = isRecord(item) ? item : {};
    const { value } = fields;
    if ((typeof value !== 'string' && typeof value !== 'number') || !isQuantity(value)) return fail(badRequestStatus(`items[${index}].value: must be a quantity`));
    return completed(server, place, { ...fields, value: canonicalQuantity(value) }, index);
  });
}

function completed(server: ServerContext, { about, metric, namespace }: Place, fields: Fields, index: number): Fields {
  const when = { timestamp: timestamp(server.clock.now()) };
  if (about === undefined) return { metricName: metric, metricLabels: {}, ...when, ...fields };
  const name = about.name === '*' ? nameIn(fields) : about.name;
  if (name === '') return fail(badRequestStatus(`items[${index}].describedObject.name: Required value`));
  const own = isRecord(fields['describedObject']) ? fields['describedObject'] : {};
  const kind = server.kinds.all().find(({ kind: each }) => each.resource.plural === about.plural.split('.')[0]);
  const described = { kind: kind?.kind.resource.kind ?? '', namespace, apiVersion: kind?.apiVersion ?? '', ...own, name };
  return { metric: { name: metric }, ...when, ...fields, describedObject: described };
}

/** `pods`, `deployments.apps` */
function collectionOf(server: ServerContext, resource: string): string {
  const [plural = '', ...group] = resource.split('.');
  const found = server.kinds.all().find(({ kind }) => kind.resource.plural === plural && (group.length === 0 || kind.resource.group === group.join('.')));
  return found?.collection ?? `/${plural}`;
}

function nameIn({ describedObject }: Fields): string {
  return isRecord(describedObject) && typeof describedObject['name'] === 'string' ? describedObject['name'] : '';
}

/** The labels that tell values of one metric apart: those that its selector asks for. */
function metricLabelsIn({ metric }: Fields): Record<string, string> {
  const selector = isRecord(metric) && isRecord(metric['selector']) ? metric['selector'] : {};
  return textsOf(selector['matchLabels']);
}

function textsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(isRecord(value) ? value : {}).map(([key, text]) => [key, String(text)]));
}

function matcherOf(text: string | null): LabelMatcher {
  try {
    return parseLabelSelector(text ?? '');
  } catch (error) {
    return fail(badRequestStatus(error instanceof Error ? error.message : String(error)));
  }
}
