// Generates src/kubernetes/generated/protobuf.json: how objects of the built-in kinds are written in protobuf, as clients
// that are written in Go send them. Numbers and types come from the generated.proto files of the Apache-2.0 Go modules
// below, names in JSON from the struct tags beside them. Needs Go only here, never at install or test time. Runs after
// generate-kubernetes.mjs, whose schemas say which kinds there are.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import protobuf from 'protobufjs';

const RELEASE = 'v0.36.2';
const MODULES = ['k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/apiextensions-apiserver'];
const SCHEMAS = 'src/kubernetes/generated/openapi-schemas.json';
const OUT = 'src/kubernetes/generated/protobuf.json';
const UNKNOWN = 'k8s.io.apimachinery.pkg.runtime.Unknown';

const work = mkdtempSync(join(tmpdir(), 'serin-generate-'));
writeFileSync(join(work, 'go.mod'), 'module generate\ngo 1.24\n');
const directories = Object.fromEntries(MODULES.map((module) => [module, JSON.parse(
  execFileSync('go', ['mod', 'download', '-json', `${module}@${RELEASE}`], { cwd: work, encoding: 'utf8' })).Dir]));
rmSync(work, { recursive: true });

/** Where `k8s.io/api/core/v1/generated.proto` lies. */
function fileOf(path) {
  const module = MODULES.find((each) => path.startsWith(`${each}/`));
  return module === undefined ? undefined : join(directories[module], path.slice(module.length + 1));
}

// --- All messages, from the kinds on ----------------------------------------------------------------------------------
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => fileOf(target) ?? target;
const kinds = Object.entries(JSON.parse(readFileSync(SCHEMAS, 'utf8')))
  .filter(([name, schema]) => schema['x-kubernetes-group-version-kind'] && !name.endsWith('List'))
  .map(([name]) => name.replace(/^io\.k8s\./, 'k8s.io.').replace('apiextensions-apiserver', 'apiextensions_apiserver'));
const protoOf = (name) => `${name.split('.').slice(0, -1).join('/').replace('k8s/io', 'k8s.io').replace('apiextensions_apiserver', 'apiextensions-apiserver')}/generated.proto`;
const protoFiles = [...new Set([...kinds, UNKNOWN].map(protoOf))].filter((path) => existsSync(fileOf(path) ?? ''));
await root.load(protoFiles.map(fileOf), { keepCase: true });
root.resolveAll();

// --- What the struct tags say: by package, type and number ----------------------------------------------------------
const tagsOf = {};
function readTags(packageName) {
  const directory = dirname(fileOf(protoOf(`${packageName}.X`)));
  const tags = {};
  for (const file of readdirSync(directory).filter((each) => each.endsWith('.go') && !/_test\.go$|generated|^zz_/.test(each))) {
    const text = readFileSync(join(directory, file), 'utf8');
    for (const [, type, body] of text.matchAll(/^(?:type |\t)(\w+) struct \{\n([\s\S]*?)^\t?\}/gm)) {
      for (const [, goType, tag] of body.matchAll(/^\s*(?:\w+\s+)?([\w.*[\]]+)\s+`([^`]*protobuf:"[^`]*)`/gm)) {
        const [name, ...options] = (/json:"([^"]*)"/.exec(tag)?.[1] ?? '').split(',');
        const number = /protobuf:"\w+,(\d+)/.exec(tag)?.[1];
        if (number === undefined) continue;
        (tags[type] ??= {})[number] = { name, inline: name === '' && options.includes('inline'), drop: options.includes('omitempty') && !goType.startsWith('*') };
      }
    }
  }
  return tags;
}

// --- What is reachable, with the names in JSON -------------------------------------------------------------------------
const SCALARS_DROPPED = /^(string|bool|bytes|u?int\d+|sint\d+|double|float)$/;
const nested = {};
const done = new Set();
function keep(type) {
  const full = type.fullName.slice(1);
  if (done.has(full)) return;
  done.add(full);
  const packageName = full.split('.').slice(0, -1).join('.');
  const tags = (tagsOf[packageName] ??= readTags(packageName))[type.name] ?? {};
  const fields = {};
  for (const field of type.fieldsArray) {
    const { name = field.name, inline = false, drop = false } = tags[field.id] ?? {};
    const options = {
      ...(inline ? { inline: true } : name !== field.name && name !== '' ? { json: name } : {}),
      ...(drop && !field.repeated && !field.map && SCALARS_DROPPED.test(field.type) ? { drop: true } : {}),
    };
    if (field.resolvedType) keep(field.resolvedType);
    const shown = field.resolvedType ? field.resolvedType.fullName : field.type;
    fields[field.name] = {
      ...(field.map ? { keyType: field.keyType } : {}),
      ...(field.repeated ? { rule: 'repeated' } : {}),
      type: shown,
      id: field.id,
      ...(Object.keys(options).length > 0 ? { options } : {}),
    };
  }
  let place = nested;
  for (const part of packageName.split('.')) place = ((place[part] ??= { nested: {} }).nested);
  place[type.name] = { edition: 'proto2', fields };
}
const missing = kinds.filter((name) => !(root.lookup(name) instanceof protobuf.Type));
for (const name of [...kinds, UNKNOWN]) {
  const type = root.lookup(name);
  if (type instanceof protobuf.Type) keep(type);
}
writeFileSync(OUT, `${JSON.stringify({ nested })}\n`);
console.log(`${done.size} messages; without protobuf: ${missing.join(', ') || 'none'}`);
