import { isScalar, parseAllDocuments, visit, type Document, type Pair, type YAMLMap } from 'yaml';
import { keyOf, startOf } from './location.js';
import type { Manifest } from './manifest.js';
import { inReadingOrder, type ManifestProblem } from './problem.js';
import { trapOf } from './scalar-traps.js';
import { SourceText } from './source-text.js';
import { syntaxProblems, TEMPLATE_REMEDY } from './syntax-errors.js';

/** Objects out of a text, and all that is wrong with it. A document with an error gives no objects. */
export interface ParsedText {
  readonly manifests: readonly Manifest[];
  /** In reading order; warnings among them do not keep objects out. */
  readonly problems: readonly ManifestProblem[];
}

/**
 * Reads YAML (several documents, anchors, merge keys) or JSON, and takes Lists apart.
 * @param file how messages name the text, such as a path or `<stdin>`
 */
export function parseManifests(text: string, file: string): ParsedText {
  const parts = new SourceText(file, text).documents().map(parseDocuments);
  return { manifests: parts.flatMap(({ manifests }) => manifests), problems: inReadingOrder(parts.flatMap(({ problems }) => problems)) };
}

/** Reads one document; more where the text could not be cut into its documents. */
function parseDocuments(source: SourceText): ParsedText {
  const parsed = parseAllDocuments(source.text, { uniqueKeys: false, prettyErrors: false, merge: true, logLevel: 'silent' });
  const manifests: Manifest[] = [];
  const problems: ManifestProblem[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const syntax = syntaxProblems(source, document);
    const content = syntax.length > 0 ? [] : contentProblems(source, document);
    problems.push(...syntax, ...content);
    if ([...syntax, ...content].some(({ severity }) => severity === 'error')) continue;
    const objects = readObjects(source, document);
    manifests.push(...objects.manifests);
    problems.push(...objects.problems);
  }
  return { manifests, problems };
}

/** What the grammar allows but no object can hold, and what other tools read differently. Reads octal numbers as kubectl does. */
function contentProblems(source: SourceText, document: Document.Parsed): ManifestProblem[] {
  const problems: ManifestProblem[] = [];
  visit(document, {
    Map: (_, map) => void problems.push(...duplicateKeys(source, map)),
    Pair: (_, pair) => void problems.push(...keyProblems(source, pair)),
    Scalar: (_, scalar) => {
      const trap = trapOf(scalar);
      if (!trap) return;
      problems.push(source.problem(startOf(scalar) ?? 0, trap.message, trap.remedy, 'warning'));
      if (trap.value !== undefined) scalar.value = trap.value;
    },
    Alias: (_, alias) => {
      if (!alias.resolve(document)) problems.push(source.problem(startOf(alias) ?? 0, `*${alias.source} names no anchor`, `put &${alias.source} before the value it stands for, or quote it`));
    },
  });
  return problems;
}

function duplicateKeys(source: SourceText, { items }: YAMLMap): ManifestProblem[] {
  const first = new Map<string, number>();
  return items.flatMap((pair) => {
    const key = keyOf(pair);
    const at = startOf(pair.key) ?? 0;
    const before = first.get(key);
    first.set(key, before ?? at);
    if (before === undefined || key === '<<') return [];
    const { line, column } = source.positionOf(before);
    return [source.problem(at, `key "${key}" is already given at line ${line}, column ${column}`, 'leave one of the two')];
  });
}

function keyProblems(source: SourceText, { key }: Pair): ManifestProblem[] {
  if (isScalar(key)) return [];
  const offset = startOf(key) ?? 0;
  const line = source.lineText(source.positionOf(offset).line);
  return [source.problem(offset, 'a key must be plain text', line.includes('{{') ? TEMPLATE_REMEDY : 'put it in quotes')];
}

function readObjects(source: SourceText, document: Document.Parsed): { manifests: Manifest[]; problems: ManifestProblem[] } {
  const start = startOf(document.contents) ?? 0;
  const content = toJson(document);
  if ('problem' in content) return { manifests: [], problems: [source.problem(start, content.problem, 'write the values out instead of so many aliases')] };
  const { value } = content;
  if (value === null || value === undefined) return { manifests: [], problems: [] };
  return takeApart(value, [], { source, document, start });
}

function toJson(document: Document.Parsed): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: document.toJS() };
  } catch (error) {
    // The parser's guard against documents that grow without bounds.
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

interface Origin {
  readonly source: SourceText;
  readonly document: Document.Parsed;
  readonly start: number;
}

function takeApart(value: unknown, within: readonly (string | number)[], origin: Origin): { manifests: Manifest[]; problems: ManifestProblem[] } {
  const { source, document } = origin;
  const node = document.getIn(within, true);
  const at = within.length === 0 ? origin.start : (startOf(node) ?? origin.start);
  if (!isRecord(value)) {
    return { manifests: [], problems: [source.problem(at, `${nameOf(value)} is not a Kubernetes object`, 'write apiVersion, kind and metadata; separate objects by a line with ---')] };
  }
  const missing = (['apiVersion', 'kind'] as const).filter((field) => typeof value[field] !== 'string' || value[field] === '');
  if (missing.length > 0) {
    return { manifests: [], problems: [source.problem(at, `the object has no ${missing.join(' and no ')}`, 'every object needs apiVersion and kind, both as text')] };
  }
  const isList = typeof value.kind === 'string' && value.kind.endsWith('List') && (Array.isArray(value.items) || value.kind === 'List');
  if (!isList) return { manifests: [{ file: source.file, object: value, within, document, source }], problems: [] };
  const items = Array.isArray(value.items) ? value.items : [];
  const parts = items.map((item: unknown, index) => takeApart(item, [...within, 'items', index], origin));
  return { manifests: parts.flatMap(({ manifests }) => manifests), problems: parts.flatMap(({ problems }) => problems) };
}

function nameOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : typeof value === 'string' ? 'a text' : typeof value === 'object' ? 'nothing' : `a ${typeof value}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
