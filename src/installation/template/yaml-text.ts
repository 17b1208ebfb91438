import { stringify } from 'yaml';

/** YAML that means the same to readers of YAML 1.1, as Helm and kubectl are: `yes`, `on` and `010` are quoted where they are text. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' });
}
