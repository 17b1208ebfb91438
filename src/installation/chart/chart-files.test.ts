import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chartFiles } from './chart-files.js';
import { installationPage } from './reference-page.js';
import { valuesSchema } from './values-schema.js';

const at = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const { version } = JSON.parse(at('package.json')) as { version: string };

describe('the Helm chart', () => {
  it.each([...chartFiles(version)])('has %s as it is generated', (path, text) => {
    expect(at(`charts/serin/${path}`)).toBe(text);
  });

  it('is described by a page that is up to date', () => {
    expect(at('docs/reference/installation.md')).toBe(installationPage());
  });

  it('refuses values that there are not', () => {
    expect(valuesSchema()).toMatchObject({ additionalProperties: false, properties: { metrics: { additionalProperties: false, properties: { port: { type: 'integer', minimum: 1 } } }, global: { type: 'object' } } });
    expect(JSON.stringify(valuesSchema())).not.toMatch(/"x-|"~/);
  });
});
