import { yamlText } from '../template/yaml-text.js';
import { describeValues } from '../values.js';

/** `values.yaml`: every value with its default, and what it is for. */
export function valuesFile(): string {
  return describeValues().map(({ path, description, default: value, isGroup }) => {
    const names = path.split('.');
    const indent = '  '.repeat(names.length - 1);
    const name = names.at(-1) ?? '';
    const lines = isGroup ? [`${name}:`] : yamlText({ [name]: value }).trimEnd().split('\n');
    return ['', ...description.split('\n').map((line) => `${indent}# ${line}`), ...lines.map((line) => `${indent}${line}`)].slice(names.length > 1 ? 1 : 0).join('\n');
  }).join('\n').concat('\n');
}

/** The same as the rows of a Markdown table. */
export function valuesTable(): string {
  const rows = describeValues().filter(({ isGroup }) => !isGroup).map(({ path, description, default: value }) => `| \`${path}\` | \`${JSON.stringify(value)}\` | ${description.replaceAll('|', '\\|')} |`);
  return ['| value | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}
