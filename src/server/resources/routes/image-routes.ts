import { serinResources } from '../../../model/resources.js';
import type { ImageUpdate } from '../../../model/images/image-update.js';
import { notFound } from '../../errors.js';
import { defineRoute, type Route } from '../../route.js';
import { ImageActionAnswerSchema, ImageActionSchema, type ImageActionAnswer } from '../../schemas/actions.js';
import { ImageListSchema } from '../../schemas/images.js';
import { sayToImage } from '../acting/say.js';
import { imageUpdateView } from '../images/view.js';
import type { ResourceParts } from '../resource-parts.js';
import { readable, requireReadable } from '../visibility.js';
import { ActionPlaceSchema } from './places.js';

const { imageUpdates } = serinResources;

/** Images that policies took up. */
export function imageRoutes({ rights, clock, clientOf, known: knownOf }: ResourceParts): Route[] {
  return [
    defineRoute({
      method: 'GET', path: '/api/v1/images', operationId: 'listImages', summary: 'Images that policies took up and that you may see, the newest first.',
      answers: { 200: ImageListSchema }, changes: false,
      async handle({ identity, signal }) {
        const known = await knownOf(signal);
        const all = known.caches.imageUpdates.list();
        const may = await readable(rights, identity, imageUpdates, all.map(namespaceOf));
        const items = all.filter((update) => may(namespaceOf(update))).map(imageUpdateView).sort((a, b) => b.receivedAt.localeCompare(a.receivedAt) || a.id.localeCompare(b.id));
        return { status: 200, body: { items } };
      },
    }),
    defineRoute({
      method: 'POST', path: '/api/v1/namespaces/{namespace}/image-updates/{name}/actions/{verb}', operationId: 'actOnImage', summary: 'Approves or rejects an image, as you.',
      params: ActionPlaceSchema, body: ImageActionSchema, answers: { 200: ImageActionAnswerSchema }, changes: true,
      async handle({ identity, params: { verb, ...place }, body, signal, note }) {
        note({ namespace: place.namespace, image: place.name, verb, uid: body.uid });
        if (verb !== 'approve' && verb !== 'reject') throw notFound(`There is no action "${verb.slice(0, 40)}" on images: there are approve and reject.`);
        await requireReadable(rights, identity, imageUpdates, place.namespace);
        const { done, next, update } = await sayToImage({ identity, client: clientOf(identity), clock, signal }, place, verb === 'approve', body);
        const answer: ImageActionAnswer = { done: done.en, doneZh: done.zh, next: next.en, nextZh: next.zh, update: imageUpdateView(update) };
        return { status: 200, body: answer };
      },
    }),
  ];
}

const namespaceOf = ({ metadata }: ImageUpdate): string => metadata.namespace ?? '';
