// Generates src/kubernetes/generated/wire-forms.ts: how the Go types of the built-in kinds write absent and zero fields
// (OpenAPI does not say which fields are pointers). Facts are read from the struct tags of the Apache-2.0 Go modules
// below. Needs Go only here, never at install or test time.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const RELEASE = 'v0.36.2';
const PACKAGES = {
  'io.k8s.api.core.v1': ['k8s.io/api', 'core/v1', 'v1'],
  'io.k8s.api.apps.v1': ['k8s.io/api', 'apps/v1'],
  'io.k8s.api.batch.v1': ['k8s.io/api', 'batch/v1'],
  'io.k8s.api.autoscaling.v2': ['k8s.io/api', 'autoscaling/v2'],
  'io.k8s.api.policy.v1': ['k8s.io/api', 'policy/v1'],
  'io.k8s.api.discovery.v1': ['k8s.io/api', 'discovery/v1'],
  'io.k8s.api.networking.v1': ['k8s.io/api', 'networking/v1'],
  'io.k8s.api.coordination.v1': ['k8s.io/api', 'coordination/v1'],
  'io.k8s.api.events.v1': ['k8s.io/api', 'events/v1'],
  'io.k8s.api.rbac.v1': ['k8s.io/api', 'rbac/v1'],
  'io.k8s.api.scheduling.v1': ['k8s.io/api', 'scheduling/v1'],
  'io.k8s.api.storage.v1': ['k8s.io/api', 'storage/v1'],
  'io.k8s.api.admissionregistration.v1': ['k8s.io/api', 'admissionregistration/v1'],
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1': ['k8s.io/apiextensions-apiserver', 'pkg/apis/apiextensions/v1'],
  'io.k8s.apimachinery.pkg.apis.meta.v1': ['k8s.io/apimachinery', 'pkg/apis/meta/v1'],
};
const KINDS = [
  ...['Namespace', 'Node', 'Pod', 'Service', 'Endpoints', 'ConfigMap', 'Secret', 'ServiceAccount', 'Event', 'LimitRange', 'ResourceQuota']
    .map((kind) => `io.k8s.api.core.v1.${kind}`),
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ControllerRevision'].map((kind) => `io.k8s.api.apps.v1.${kind}`),
  'io.k8s.api.discovery.v1.EndpointSlice', 'io.k8s.api.coordination.v1.Lease', 'io.k8s.api.networking.v1.Ingress',
  'io.k8s.api.networking.v1.IngressClass', 'io.k8s.api.batch.v1.Job', 'io.k8s.api.batch.v1.CronJob', 'io.k8s.api.events.v1.Event',
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler', 'io.k8s.api.policy.v1.PodDisruptionBudget',
  ...['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'].map((kind) => `io.k8s.api.rbac.v1.${kind}`),
  ...['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']
    .map((kind) => `io.k8s.api.admissionregistration.v1.${kind}`),
  'io.k8s.api.scheduling.v1.PriorityClass', 'io.k8s.api.storage.v1.StorageClass',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
];
const OUT = 'src/kubernetes/generated/wire-forms.ts';

const work = mkdtempSync(join(tmpdir(), 'serin-generate-'));
writeFileSync(join(work, 'go.mod'), 'module generate\ngo 1.24\n');
const directories = {};
const directoryOf = (module) => (directories[module] ??= JSON.parse(
  execFileSync('go', ['mod', 'download', '-json', `${module}@${RELEASE}`], { cwd: work, encoding: 'utf8' })).Dir);

const structs = {};
const aliases = {};
const importPaths = Object.fromEntries(Object.entries(PACKAGES).map(([name, [module, path]]) => [`${module}/${path}`, name]));
for (const [name, [module, path]] of Object.entries(PACKAGES)) readPackage(name, join(directoryOf(module), path));
rmSync(work, { recursive: true });

function readPackage(name, directory) {
  for (const file of readdirSync(directory)) {
    if (!file.endsWith('.go') || file.endsWith('_test.go') || file.includes('generated') || file.startsWith('zz_')) continue;
    const text = readFileSync(join(directory, file), 'utf8');
    const imports = Object.fromEntries([...text.matchAll(/^\s*(?:(\w+)\s+)?"(k8s\.io\/[^"]+)"/gm)].map(([, alias, path]) => [alias ?? path.split('/').at(-1), path]));
    for (const [, type, target] of text.matchAll(/^(?:type |\t)(\w+) (string|bool|int\d*|uint\d*|float\d+|\[\]\w+|map\[\w+\][\w.]+)$/gm)) aliases[`${name}.${type}`] ??= target;
    for (const [, type] of text.matchAll(/^(?:type |\t)(\w+) struct *\{ *\}/gm)) structs[`${name}.${type}`] = [];
    for (const [, type, body] of text.matchAll(/^(?:type |\t)(\w+) struct \{\n([\s\S]*?)^\t?\}/gm)) {
      structs[`${name}.${type}`] = [...body.matchAll(/^\s*(?:(\w+)\s+)?([\w.*[\]]+)\s+`[^`]*json:"([^"]*)"/gm)]
        .map(([, , goType, tag]) => ({ goType, tag, name, imports }));
    }
  }
}

const SPECIAL = { Time: 'time', MicroTime: 'time', Duration: 'scalar-string', Quantity: 'quantity', IntOrString: 'int-or-string', RawExtension: 'raw', FieldsV1: 'raw', JSON: 'raw', JSONSchemaProps: 'raw', JSONSchemaPropsOrBool: 'raw' };

/** The kind of value that a Go type is written as, with the struct inside it. */
function valueOf(goType, field) {
  if (goType.startsWith('*')) return { kind: 'pointer', of: valueOf(goType.slice(1), field) };
  if (goType === '[]byte') return { kind: 'string' };
  if (goType.startsWith('[]')) return { kind: 'collection', each: '[]', of: valueOf(goType.slice(2), field) };
  const map = /^map\[[\w.]+\](.+)$/.exec(goType);
  if (map) return { kind: 'collection', each: '{}', of: valueOf(map[1], field) };
  if (/^(u?int\d*|float\d+)$/.test(goType)) return { kind: 'number' };
  if (goType === 'string' || goType === 'bool') return { kind: goType };
  const [alias, type] = goType.includes('.') ? goType.split('.') : [undefined, goType];
  if (type in SPECIAL) return { kind: SPECIAL[type] };
  const owner = alias === undefined ? field.name : importPaths[field.imports[alias]];
  const full = `${owner}.${type}`;
  if (structs[full]) return { kind: 'struct', type: full };
  if (aliases[full]) return valueOf(aliases[full], { ...field, name: owner });
  if (type === 'UID' || type === 'NodeName') return { kind: 'string' };
  throw new Error(`unknown Go type ${goType} in ${field.name} (${full})`);
}

const referenceOf = (value) => {
  if (value.kind === 'struct') return short(value.type);
  if (value.kind === 'quantity') return '#';
  if (value.kind === 'pointer') return referenceOf(value.of);
  if (value.kind === 'collection') { const inner = referenceOf(value.of); return inner === '' ? '' : value.each + inner; }
  return '';
};
const ZERO = { string: '""', bool: 'false', number: '0', collection: 'null', struct: '{}', time: 'null', quantity: '"0"', 'int-or-string': '0', raw: 'null', 'scalar-string': '"0s"' };

function ruleOf(value, options) {
  const omitted = options.includes('omitempty');
  const reference = referenceOf(value);
  let absent;
  if (value.kind === 'pointer') absent = omitted ? '?' : 'null';
  else if (options.includes('omitzero')) absent = '-';
  else if (['string', 'bool', 'number', 'collection'].includes(value.kind)) absent = omitted ? '-' : ZERO[value.kind];
  else absent = ZERO[value.kind];
  if (absent === '?' && reference === '') return undefined;
  return reference === '' ? absent : `${absent} ${reference}`;
}

const done = {};
const queue = [...KINDS];
const short = (type) => { if (!(type in done) && !queue.includes(type)) queue.push(type); return type.replace(/^io\.k8s\.(api\.|apimachinery\.pkg\.apis\.|apiextensions-apiserver\.pkg\.apis\.)?/, ''); };

function fieldsOf(type) {
  return structs[type].flatMap((field) => {
    const [jsonName, ...options] = field.tag.split(',');
    if (jsonName === '-') return [];
    const value = valueOf(field.goType, field);
    if (jsonName === '') return options.includes('inline') && !field.goType.endsWith('TypeMeta') ? fieldsOf(value.type ?? value.of.type) : [];
    const rule = ruleOf(value, options);
    return rule === undefined ? [] : [[jsonName, rule]];
  });
}

while (queue.length > 0) {
  const type = queue.shift();
  done[type] ??= fieldsOf(type);
}
const lines = Object.entries(done).sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, fields]) =>
  `  ${JSON.stringify(short(type))}: ${JSON.stringify(Object.fromEntries(fields))},`);
writeFileSync(OUT, `// Generated by scripts/generate-wire-forms.mjs from k8s.io/api@${RELEASE} (Apache-2.0). Do not edit.

/**
 * For each Go type the fields that are not plain pointers, as "absent reference": what stands for an absent value ("-":
 * zero and empty values are left out; "?": only null is; else the value written instead) and, if any, the type inside
 * ("[]T" a list of them, "{}T" a map, "#" a quantity).
 */
export const wireForms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${lines.join('\n')}
};
`);
