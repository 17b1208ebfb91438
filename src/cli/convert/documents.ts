import { Document } from 'yaml';
import { problemsAt } from '../../manifests/location.js';
import { titleOf } from '../../manifests/manifest.js';
import { inReadingOrder } from '../../manifests/problem.js';
import { formatPath } from '../../model/policy-problem.js';
import { wrapped } from '../output/wrapped.js';
import type { ConvertedObject } from './conversion.js';

/** Where a line of a comment is broken. */
const WIDTH = 110;

/** Policies and templates as YAML documents, the first one of an object with the notes on it as comments above. */
export function yamlDocuments(converted: readonly ConvertedObject[]): string {
  const seen = new Set<string>();
  const texts = converted.flatMap(({ manifest, policies, metricTemplates, notes }) => {
    const templates = metricTemplates.filter(({ kind, metadata }) => {
      const key = `${kind} ${metadata.namespace ?? ''} ${metadata.name}`;
      return !seen.has(key) && seen.add(key);
    });
    const placed = problemsAt(manifest, notes.map(({ path, note }) => ({ path: formatPath(path), message: `${formatPath(path)}: ${note}`, remedy: '' })));
    const comments = [`From ${titleOf(manifest)} in ${manifest.file}.`, ...inReadingOrder(placed).map(({ line, message }) => `line ${line}, ${message}`)];
    return [...policies, ...templates].map((object, index) => documentText(object, index === 0 ? comments : []));
  });
  return texts.join('---\n');
}

function documentText(object: unknown, comments: readonly string[]): string {
  const document = new Document(object, { aliasDuplicateObjects: false });
  if (comments.length > 0) document.commentBefore = comments.flatMap((text) => wrapped(text, WIDTH).map((line, index) => (index === 0 ? ` ${line}` : `   ${line}`))).join('\n');
  return document.toString({ lineWidth: 0 });
}
