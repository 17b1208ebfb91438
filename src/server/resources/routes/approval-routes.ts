import { serinResources } from '../../../model/resources.js';
import type { Identity } from '../../identity.js';
import { defineRoute, type Route } from '../../route.js';
import { ApprovalListSchema, ApprovalQuerySchema, type ApprovalItem } from '../../schemas/approvals.js';
import { askedOfImage } from '../images/asking.js';
import { imageUpdateView } from '../images/view.js';
import type { Known } from '../known.js';
import { imagePersonOf, personOf } from '../people.js';
import { isMine, type Asked } from '../releases/asking.js';
import { summaryFor } from '../releases/summary.js';
import type { ResourceParts } from '../resource-parts.js';
import { readable } from '../visibility.js';

const { releases, imageUpdates } = serinResources;

/** Everything that waits for people. */
export function approvalRoutes(parts: ResourceParts): Route[] {
  return [
    defineRoute({
      method: 'GET', path: '/api/v1/approvals', operationId: 'listApprovals', summary: 'Everything that waits for people, what you may decide first.',
      query: ApprovalQuerySchema, answers: { 200: ApprovalListSchema }, changes: false,
      async handle({ identity, query, signal }) {
        const known = await parts.known(signal);
        const all = [...(await waitingReleases(parts, known, identity)), ...(await waitingImages(parts, known, identity))];
        const items = query.mine === true ? all.filter(({ mine }) => mine) : all;
        // What there is a limit to comes before what has none.
        return { status: 200, body: { items: items.sort((a, b) => Number(b.mine) - Number(a.mine) || (a.until ?? '~').localeCompare(b.until ?? '~')) } };
      },
    }),
  ];
}

async function waitingReleases({ rights }: ResourceParts, known: Known, identity: Identity): Promise<ApprovalItem[]> {
  const waiting = known.caches.releases.list().map((release) => known.summary(release)).flatMap((shared) => (shared.asked ? [{ shared, asked: shared.asked }] : []));
  const namespaces = waiting.map(({ shared }) => shared.summary.namespace);
  const [may, person] = await Promise.all([readable(rights, identity, releases, namespaces), personOf(rights, identity, namespaces)]);
  return waiting.filter(({ shared }) => may(shared.summary.namespace)).map(({ shared, asked }): ApprovalItem => {
    const release = summaryFor(shared, person);
    return { kind: 'release', release, step: asked.step, ...wantedOf(asked), mine: release.waitsForMe };
  });
}

async function waitingImages({ rights }: ResourceParts, known: Known, identity: Identity): Promise<ApprovalItem[]> {
  const { caches } = known;
  const waiting = caches.imageUpdates.list().flatMap((update) => {
    const { namespace = '' } = update.metadata;
    const asked = askedOfImage(update, caches.imagePolicies.get({ namespace, name: update.spec.policy }), caches.imageApprovals.list({ namespace }));
    return asked ? [{ namespace, update, asked }] : [];
  });
  const namespaces = waiting.map(({ namespace }) => namespace);
  const [may, person] = await Promise.all([readable(rights, identity, imageUpdates, namespaces), imagePersonOf(rights, identity, namespaces)]);
  return waiting.filter(({ namespace }) => may(namespace)).map(({ namespace, update, asked }): ApprovalItem => ({ kind: 'image', update: imageUpdateView(update), ...wantedOf(asked), mine: isMine(asked, namespace, person) }));
}

const wantedOf = ({ wanted, given, users, groups, until }: Asked) => ({ wanted, given: [...given], users: [...users], groups: [...groups], ...(until === undefined ? {} : { until }) });
