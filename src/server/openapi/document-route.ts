import { Type } from 'typebox';
import { defineRoute, type Route } from '../route.js';
import { openApiDocument } from './document.js';

/** The route that serves the API's document, itself and all. */
export function documentRoute(others: readonly Route[]): Route {
  const route = defineRoute({
    method: 'GET',
    path: '/api/v1/openapi.json',
    operationId: 'document',
    summary: 'This document.',
    answers: { 200: Type.Unknown({ description: 'An OpenAPI 3.1 document.' }) },
    changes: false,
    handle: () => Promise.resolve({ status: 200, body: document }),
  });
  const document = openApiDocument([...others, route]);
  return route;
}
