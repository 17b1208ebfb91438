import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { ReleasePolicy } from '../../src/model/release-policy.js';
import { deployment, policy } from '../driver/program.js';

/** A folder with these files; gone after `remove`. */
export function folder(files: Readonly<Record<string, string>>): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'serin-cli-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const serviceText = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports: [{name: http, port: 80}]\n';
export const routeText = 'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: web\nspec:\n  hosts: [web]\n  http:\n    - route: [{destination: {host: web}}]\n';

export const documents = (...texts: readonly string[]): string => texts.join('---\n');

/** The Deployment `web` as a user writes it. */
export function deploymentText(image = 'web:v1', change: Record<string, unknown> = {}): string {
  const { apiVersion, kind, spec } = deployment(image);
  return stringify({ apiVersion, kind, metadata: { name: 'web' }, spec: { ...spec, template: { ...spec.template, metadata: { labels: { app: 'web' } } }, ...change } });
}

/** The policy `web` as a user writes it. */
export function policyText(change: Partial<ReleasePolicy['spec']> = {}, metadata: Record<string, unknown> = { name: 'web' }): string {
  const { apiVersion, kind, spec } = policy();
  return stringify({ apiVersion, kind, metadata, spec: { ...spec, ...change } });
}
