import { readFileSync } from 'node:fs';
import { openApiDocument, type OpenApiDocument } from '../../../schema/openapi-document.js';
import { metricsSchemas } from './metrics-schemas.js';

/** The schemas of the built-in kinds: as published, and with their references resolved. */
export interface BuiltinSchemas {
  readonly definitions: Readonly<Record<string, unknown>>;
  readonly document: OpenApiDocument;
}

/**
 * The generated schemas that stand beside the generated types. They never change, and reading them takes longer than all
 * else that an API begins with: so all APIs of a process share them.
 */
export const builtinSchemas: BuiltinSchemas = readSchemas();

function readSchemas(): BuiltinSchemas {
  const text = readFileSync(new URL('../../../kubernetes/generated/openapi-schemas.json', import.meta.url), 'utf8');
  const definitions: Record<string, unknown> = { ...JSON.parse(text), ...metricsSchemas };
  return { definitions, document: openApiDocument(definitions) };
}
