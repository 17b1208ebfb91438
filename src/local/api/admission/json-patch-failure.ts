import { isRecord } from '../../../kubernetes/json.js';

interface Operation {
  readonly op: string;
  readonly path: string;
}

/** Why an operation of a JSON patch does not apply to a document, worded as the server's patch library words it. */
export function patchFailure(document: unknown, { op, path }: Operation): string {
  const steps = path.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = steps.at(-1) ?? '';
  const parent = steps.slice(0, -1).reduce<unknown>(child, document);
  if (!isRecord(parent) && !Array.isArray(parent)) return `${op} operation does not apply: doc is missing path: "${path}": missing value`;
  switch (op) {
    case 'remove':
      return `error in remove for path: '${path}': Unable to remove nonexistent key: ${key}: missing value`;
    case 'replace':
      return `replace operation does not apply: doc is missing key: ${path}: missing value`;
    case 'test':
      return `testing value ${path} failed: test failed`;
    default:
      return `error in ${op} for path: '${path}'`;
  }
}

function child(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return value[Number(step)];
  return isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}
