import { serinResources } from '../../../model/resources.js';
import { resources } from '../../../kubernetes/resources.js';
import { hasEnded, type Release } from '../../../model/release.js';
import { planRollback } from '../../../commands/rollback-plan.js';
import { ApiError } from '../../../cluster/api-error.js';
import type { Identity } from '../../identity.js';
import { defineRoute, type Route } from '../../route.js';
import { ReleaseActionAnswerSchema, ReleaseActionSchema, type ReleaseActionAnswer } from '../../schemas/actions.js';
import { ReleaseDetailSchema, type ReleaseDetail } from '../../schemas/release-detail.js';
import { ReleaseHistorySchema, WrittenObjectsSchema } from '../../schemas/release-history.js';
import { NamespaceListSchema, ReleaseListSchema, ReleaseQuerySchema } from '../../schemas/release-summary.js';
import { actOnRelease, requireOwnPolicy, verbOf } from '../acting/act-on-release.js';
import { rollbackObjects } from '../acting/go-back.js';
import { newestFirst, type Known } from '../known.js';
import { writtenObjects } from '../objects/written-objects.js';
import { personOf } from '../people.js';
import type { WriteRights } from '../releases/actions.js';
import { detailOf } from '../releases/detail.js';
import { historyOf } from '../releases/history.js';
import { pageOf } from '../releases/listing.js';
import { summaryFor } from '../releases/summary.js';
import type { ResourceParts } from '../resource-parts.js';
import { missing, readable, requireReadable } from '../visibility.js';
import { ActionPlaceSchema, PlaceSchema } from './places.js';

const { releases, releasePolicies, approvals } = serinResources;

/** Releases: the list, one with everything about it, and what people do to it. */
export function releaseRoutes(parts: ResourceParts): Route[] {
  const { rights, clock, clientOf } = parts;
  const found = async (identity: Identity, { namespace, name }: { readonly namespace: string; readonly name: string }, signal: AbortSignal): Promise<{ known: Known; release: Release }> => {
    await requireReadable(rights, identity, releases, namespace);
    const known = await parts.known(signal);
    const release = known.caches.releases.get({ namespace, name });
    if (!release) throw missing('release', namespace, name);
    return { known, release };
  };
  return [
    defineRoute({
      method: 'GET', path: '/api/v1/namespaces', operationId: 'listNamespaces', summary: 'Namespaces with policies that you may see.',
      answers: { 200: NamespaceListSchema }, changes: false,
      async handle({ identity, signal }) {
        const known = await parts.known(signal);
        const names = [...new Set([...known.caches.policies.list(), ...known.caches.releases.list()].map(({ metadata }) => metadata.namespace ?? ''))].sort();
        const may = await readable(rights, identity, releases, names);
        return { status: 200, body: { items: names.filter(may) } };
      },
    }),
    defineRoute({
      method: 'GET', path: '/api/v1/releases', operationId: 'listReleases', summary: 'Releases that you may see, those under way first, then the newest.',
      query: ReleaseQuerySchema, answers: { 200: ReleaseListSchema }, changes: false,
      async handle({ identity, query, signal }) {
        const known = await parts.known(signal);
        const all = known.caches.releases.list(query.namespace === undefined ? {} : { namespace: query.namespace });
        if (query.namespace !== undefined) await requireReadable(rights, identity, releases, query.namespace);
        const may = await readable(rights, identity, releases, all.map(namespaceOf));
        const visible = all.filter((release) => may(namespaceOf(release))).sort(newestFirst).map((release) => known.summary(release));
        const person = await personOf(rights, identity, visible.flatMap(({ asked, summary }) => (asked ? [summary.namespace] : [])));
        return { status: 200, body: pageOf(visible.map((shared) => summaryFor(shared, person)), query) };
      },
    }),
    defineRoute({
      method: 'GET', path: '/api/v1/namespaces/{namespace}/releases/{name}', operationId: 'getRelease', summary: 'Everything that is known of one release.',
      params: PlaceSchema, answers: { 200: ReleaseDetailSchema }, changes: false,
      async handle({ identity, params, signal }) {
        const { known, release } = await found(identity, params, signal);
        return { status: 200, body: await detail(parts, known, release, identity, signal) };
      },
    }),
    defineRoute({
      method: 'GET', path: '/api/v1/namespaces/{namespace}/releases/{name}/history', operationId: 'getReleaseHistory', summary: 'Shares, requests and latency of one release over time.',
      params: PlaceSchema, answers: { 200: ReleaseHistorySchema }, changes: false,
      async handle({ identity, params, signal }) {
        const { known, release } = await found(identity, params, signal);
        return { status: 200, body: historyOf({ release, evidence: evidenceOf(known, release), samples: known.watched.samplesOf(release), entries: known.watched.entriesOf(release) }) };
      },
    }),
    defineRoute({
      method: 'GET', path: '/api/v1/namespaces/{namespace}/releases/{name}/objects', operationId: 'getReleaseObjects', summary: 'The objects that one release wrote, with what it changed, as far as you may see them.',
      params: PlaceSchema, answers: { 200: WrittenObjectsSchema }, changes: false,
      async handle({ identity, params, signal }) {
        const { release } = await found(identity, params, signal);
        return { status: 200, body: { items: await writtenObjects(clientOf(identity), release, clock.now(), signal) } };
      },
    }),
    defineRoute({
      method: 'POST', path: '/api/v1/namespaces/{namespace}/releases/{name}/actions/{verb}', operationId: 'actOnRelease',
      summary: 'Approves, rejects, promotes, pauses, resumes, aborts, retries or rolls back a release, as you.',
      params: ActionPlaceSchema, body: ReleaseActionSchema, answers: { 200: ReleaseActionAnswerSchema }, changes: true,
      async handle({ identity, params: { verb: word, ...place }, body, signal, note }) {
        note({ namespace: place.namespace, release: place.name, verb: word, uid: body.uid });
        const verb = verbOf(word);
        const { known, release } = await found(identity, place, signal);
        requireOwnPolicy(known.policyOf(release), release, verb);
        const { done, next, release: written } = await actOnRelease({ identity, client: clientOf(identity), clock, signal }, place, verb, body);
        known.caches.releases.remember(written);
        const person = await personOf(rights, identity, [place.namespace]);
        const answer: ReleaseActionAnswer = { done: done.en, doneZh: done.zh, next: next.en, nextZh: next.zh, release: summaryFor(known.summary(written), person) };
        return { status: 200, body: answer };
      },
    }),
  ];
}

const namespaceOf = ({ metadata }: Release): string => metadata.namespace ?? '';

/** Evidence of this very canary. */
function evidenceOf(known: Known, { metadata, spec }: Release) {
  const record = known.caches.evidence.get({ namespace: metadata.namespace ?? '', name: metadata.name });
  return record?.spec.canary === spec.canary.hash ? record.spec : undefined;
}

async function detail(parts: ResourceParts, known: Known, release: Release, identity: Identity, signal: AbortSignal): Promise<ReleaseDetail> {
  const { rights } = parts;
  const namespace = namespaceOf(release);
  const policy = known.policyOf(release);
  const mayRead = (resource: { readonly group: string; readonly plural: string }): Promise<boolean> => readable(rights, identity, resource, [namespace]).then((may) => may(namespace));
  const mayWrite = (verb: 'patch' | 'create', resource: { readonly group: string; readonly plural: string }): Promise<boolean> => rights.may(identity, { verb, resource, namespace });
  const workload = policy?.spec.workload.deployment === undefined ? releasePolicies : resources.deployments;
  const [person, pods, sets, canRelease, canApprove, canPolicy, canWorkload, rollback] = await Promise.all([
    personOf(rights, identity, [namespace]), mayRead(resources.pods), mayRead(resources.replicaSets),
    mayWrite('patch', releases), mayWrite('create', approvals), mayWrite('patch', releasePolicies), mayWrite('patch', workload),
    rollbackOf(parts, known, release, identity, signal),
  ]);
  const write: WriteRights = { releases: canRelease, approvals: canApprove, policies: canPolicy, workloads: canWorkload };
  return detailOf({
    release, policy, shared: known.summary(release), approvals: known.approvalsOf(release), evidence: evidenceOf(known, release), entries: known.watched.entriesOf(release),
    replicaSets: sets ? known.caches.replicaSets.list({ namespace }) : [],
    pods: pods ? known.caches.pods.list({ namespace }) : [],
    podsHidden: !pods || !sets,
    person, rights: write, rollback,
  });
}

/** What going back comes to at the moment; undefined where the release is not the last one of its policy. */
async function rollbackOf({ clientOf }: ResourceParts, known: Known, release: Release, identity: Identity, signal: AbortSignal): Promise<{ readonly to: string } | { readonly why: string } | undefined> {
  const policy = known.policyOf(release);
  if (!policy || !hasEnded(release.status?.phase ?? 'Preparing') || policy.status?.release !== release.metadata.name) return undefined;
  try {
    const plan = planRollback(await rollbackObjects(clientOf(identity), policy, signal));
    if (plan.outcome === 'refused') return { why: plan.why };
    return plan.outcome === 'abort' ? { why: `release ${plan.release.metadata.name} is under way: take that back with an abort instead.` } : { to: plan.to };
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return { why: `you may not see the workload of policy ${policy.metadata.name}, so there is no telling what to go back to: ask its administrator.` };
    throw error;
  }
}
