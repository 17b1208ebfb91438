import { Type } from 'typebox';
import { resources } from '../../kubernetes/resources.js';
import type { AllowedDeeds } from '../access/impersonated-deeds.js';
import { defineRoute, type RouteModule, type RouteParts } from '../route.js';

const Config = Type.Object({ name: Type.String(), data: Type.Unknown() }, { additionalProperties: false });
const At = Type.Object({ namespace: Type.String({ maxLength: 63 }), name: Type.String({ maxLength: 253 }) });

/** What these routes ask of the cluster as a person. */
export const configDeeds: readonly AllowedDeeds[] = [{ group: '', plural: 'configmaps', verbs: ['get', 'patch'] }];

/** Routes as others have them, over ConfigMaps: one that shows, one that changes as the person, one that goes on. */
export function configRoutes({ client, clientOf, rights }: RouteParts): RouteModule {
  return {
    act: async ({ namespace, name, verb }, identity) => {
      await clientOf(identity).patch(resources.configMaps, { namespace, name }, { kind: 'merge', body: { data: { said: verb } } });
      return `Said ${verb}.`;
    },
    routes: [
      defineRoute({
        method: 'GET',
        path: '/api/v1/namespaces/{namespace}/configs/{name}',
        operationId: 'config',
        summary: 'A ConfigMap.',
        params: At,
        query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })), all: Type.Optional(Type.Boolean()) }),
        answers: { 200: Config },
        changes: false,
        handle: async ({ identity, params, query }) => {
          await rights.require(identity, { verb: 'get', resource: resources.configMaps, namespace: params.namespace });
          const { data = {}, metadata } = await clientOf(identity).get(resources.configMaps, params);
          return { status: 200, body: { name: metadata.name ?? '', data: { ...data, ...query } } };
        },
      }),
      defineRoute({
        method: 'POST',
        path: '/api/v1/namespaces/{namespace}/configs/{name}',
        operationId: 'setConfig',
        summary: 'Changes a ConfigMap.',
        params: At,
        body: Type.Object({ value: Type.String({ maxLength: 100 }) }, { additionalProperties: false }),
        answers: { 200: Config },
        changes: true,
        handle: async ({ identity, params, body, note }) => {
          note({ object: `${params.namespace}/${params.name}` });
          const { data = {}, metadata } = await clientOf(identity).patch(resources.configMaps, params, { kind: 'merge', body: { data: { value: body.value } } });
          return { status: 200, body: { name: metadata.name ?? '', data } };
        },
      }),
      defineRoute({
        method: 'GET',
        path: '/api/v1/ticks',
        operationId: 'ticks',
        summary: 'Goes on.',
        answers: { 200: Type.Unknown() },
        contentType: 'text/event-stream',
        changes: false,
        handle: ({ signal }) =>
          Promise.resolve({
            contentType: 'text/event-stream',
            stream: (out) => {
              out.write('data: 1\n\n');
              signal.addEventListener('abort', () => out.end(), { once: true });
            },
          }),
      }),
    ],
    // As a cache would be asked for.
    start: () => void client,
  };
}
