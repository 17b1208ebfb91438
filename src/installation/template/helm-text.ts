import { Hole, Installed, isMap, REST, Text, When, type Condition, type Node, type Source, type TextHole } from './nodes.js';
import { yamlText } from './yaml-text.js';

const INDENT = '  ';

/** A node as the text of a Helm template. */
export function helmText(node: Node): string {
  return `${block(node, '').join('\n')}\n`;
}

/** Lines of a node that begins at this indentation. */
function block(node: Node, indent: string): string[] {
  if (node instanceof When) return conditional(node, (branch) => block(branch, indent));
  if (isPlain(node)) return plainLines(node, indent);
  if (Array.isArray(node)) return (node as readonly Node[]).flatMap((item) => listItem(item, indent));
  if (isMap(node)) return Object.entries(node).flatMap(([key, child]) => mapEntry(key, child, indent));
  return [`${indent}${inline(node)}`];
}

function mapEntry(key: string, child: Node, indent: string): string[] {
  if (child instanceof When) return conditional(child, (branch) => mapEntry(key, branch, indent));
  if (key === REST && child instanceof Hole) return [`{{- range $key, $value := ${sourceText(child.source)} }}`, `${indent}{{ $key | toJson }}: {{ $value | toJson }}`, '{{- end }}'];
  const name = escaped(yamlText(key).trimEnd());
  const inner = isScalar(child) ? undefined : block(child, `${indent}${INDENT}`);
  return inner === undefined ? [`${indent}${name}: ${inline(child)}`] : [`${indent}${name}:`, ...inner];
}

function listItem(item: Node, indent: string): string[] {
  if (item instanceof When) return conditional(item, (branch) => listItem(branch, indent));
  if (isScalar(item)) return [`${indent}- ${inline(item)}`];
  const [first = '', ...rest] = block(item, `${indent}${INDENT}`);
  // A first line that is Helm's may turn out to be none.
  return first.startsWith('{{') ? [`${indent}-`, first, ...rest] : [`${indent}- ${first.trimStart()}`, ...rest];
}

function conditional({ condition, then, else: otherwise }: When, lines: (branch: Node) => string[]): string[] {
  return [`{{- if ${conditionText(condition)} }}`, ...lines(then), ...(otherwise === undefined ? [] : ['{{- else }}', ...lines(otherwise)]), '{{- end }}'];
}

function conditionText(condition: Condition): string {
  if ('set' in condition) return sourceText(condition.set);
  if ('not' in condition) return `(not ${conditionText(condition.not)})`;
  if ('is' in condition) return `(eq .Values.${condition.is[0]} ${JSON.stringify(condition.is[1])})`;
  if ('served' in condition) return `(.Capabilities.APIVersions.Has ${JSON.stringify(condition.served)})`;
  if ('any' in condition) return `(or ${condition.any.map(conditionText).join(' ')})`;
  return `(and ${condition.all.map(conditionText).join(' ')})`;
}

/** What stands on the line of its key: holes, texts, scalars, and what is empty. */
const isScalar = (node: Node): boolean =>
  node instanceof Hole || node instanceof Text || typeof node !== 'object' || node === null || Object.keys(node).length === 0;

function inline(node: Node): string {
  if (node instanceof Hole) return `{{ ${sourceText(node.source)} | toJson }}`;
  if (node instanceof Text) return textValue(node);
  return escaped(typeof node === 'string' ? quoted(node) : JSON.stringify(node));
}

/** One line, whatever is in it. */
const quoted = (value: string): string => (value.includes('\n') ? JSON.stringify(value) : yamlText(value).trimEnd());

function textValue({ parts }: Text): string {
  const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%s')).join('');
  const holes = parts.filter((part) => typeof part !== 'string').map(partText);
  return `{{ printf ${JSON.stringify(format)} ${holes.join(' ')} | toJson }}`;
}

function partText({ source, as, else: instead, required }: TextHole): string {
  const value = sourceText(source);
  if (required !== undefined) return `(required ${JSON.stringify(required)} ${value})`;
  if (instead !== undefined) return `(default ${sourceText(instead)} ${value})`;
  // Numbers of values are floating ones, which are not printed as whole.
  return as === 'integer' ? `(${value} | int64 | toString)` : value;
}

function sourceText(source: Source): string {
  if (!(source instanceof Installed)) return `.Values.${source}`;
  return { namespace: '.Release.Namespace', managedBy: '.Release.Service', version: '.Chart.AppVersion' }[source.what];
}

/** Whether there is no hole in it. */
function isPlain(node: Node): boolean {
  if (node instanceof Hole || node instanceof Text || node instanceof When) return false;
  if (typeof node !== 'object' || node === null) return true;
  return Object.values(node).every(isPlain);
}

function plainLines(node: Node, indent: string): string[] {
  return yamlText(node).trimEnd().split('\n').map((line) => escaped(line === '' ? line : `${indent}${line}`));
}

/** Braces that are not meant for Helm. */
function escaped(line: string): string {
  return line.replaceAll(/[{}]*(?:\{\{|\}\})[{}]*/g, (braces) => `{{ ${JSON.stringify(braces)} }}`);
}
