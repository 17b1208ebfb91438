import { checkPolicyAlone } from '../../controller/policy-checks.js';
import { checkAnalysisTemplate } from '../../frontends/argo/checks/metrics.js';
import { isRecord, withoutNulls } from '../../kubernetes/json.js';
import { ARGO_GROUP } from '../../frontends/argo/resources.js';
import type { Converted } from '../../frontends/conversion/converted.js';
import type { ConversionNote } from '../../frontends/conversion/notes.js';
import { titleOf, type Manifest } from '../../manifests/manifest.js';
import { inReadingOrder, type ManifestProblem } from '../../manifests/problem.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { MetricTemplate } from '../../model/metric-template.js';
import { formatProblem, type PolicyProblem } from '../../model/policy-problem.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { checkTemplates } from '../../strategies/analysis/checks.js';
import type { TemplateSource } from '../../strategies/analysis/templates.js';
import { withDefaults } from '../manifests/defaults.js';
import { knownKinds, type KnownKinds } from '../manifests/known-kinds.js';
import { namedObjects, placed, type SourcedObject } from '../manifests/objects.js';
import type { ReadManifests } from '../manifests/read-manifests.js';
import { isOf } from '../manifests/surroundings.js';
import { converters, readAlong } from './converters.js';

/** What became of one object. */
export interface ConvertedObject {
  readonly manifest: Manifest;
  readonly policies: readonly ReleasePolicy[];
  readonly metricTemplates: readonly MetricTemplate[];
  readonly notes: readonly ConversionNote[];
}

export interface Conversion {
  readonly converted: readonly ConvertedObject[];
  /** Titles of the objects that stay as they are. */
  readonly left: readonly string[];
  readonly problems: readonly ManifestProblem[];
}

/** Turns everything into policies that has an equal of that kind; all problems at once. @param kinds read from files where absent */
export function convertManifests(read: ReadManifests, kinds: KnownKinds = knownKinds()): Conversion {
  const named = namedObjects(read.manifests);
  const beside = named.objects.map((each) => ({ ...each, wrong: [...templateProblems(each), ...kinds.check(each.manifest.object)] }));
  // What is wrong in itself cannot be looked at by others.
  const objects = beside.filter(({ wrong, object }) => wrong.length === 0 && isWhole(object)).map(({ object }) => withoutNulls(object));
  const problems: ManifestProblem[] = [...read.problems.filter(({ severity }) => severity === 'error'), ...named.problems, ...beside.flatMap(({ manifest, wrong }) => placed(manifest, wrong))];
  const converted: ConvertedObject[] = [];
  const left: string[] = [];
  for (const { object, manifest } of named.objects) {
    const converter = converters.find((each) => isOf(object, { ...each, version: '', plural: '', namespaced: true }));
    if (!converter) {
      if (!isReadAlong(object)) left.push(titleOf(manifest));
      continue;
    }
    const result = converter.convert(object, objects);
    const wrong = [...result.problems, ...refused(result)];
    problems.push(...placed(manifest, wrong));
    if (wrong.length === 0) converted.push({ manifest, ...result });
  }
  return { converted, left, problems: inReadingOrder(problems) };
}

const isReadAlong = (object: KubernetesObject): boolean => readAlong.some((each) => isOf(object, { ...each, version: '', plural: '', namespaced: true }));

function templateProblems({ object: { apiVersion, kind }, manifest }: SourcedObject): PolicyProblem[] {
  if (apiVersion.split('/')[0] !== ARGO_GROUP || (kind !== 'AnalysisTemplate' && kind !== 'ClusterAnalysisTemplate')) return [];
  return checkAnalysisTemplate(manifest.object, kind).filter(({ severity }) => severity !== 'warning');
}

/** Whether an Ingress or a template of Flagger's, whose schemas are not at hand, has what others look at. */
function isWhole(object: KubernetesObject): boolean {
  const spec: unknown = Reflect.get(object, 'spec');
  if (object.kind === 'Ingress') {
    const rules = isRecord(spec) ? (spec['rules'] ?? []) : undefined;
    return Array.isArray(rules) && rules.every((rule: unknown) => isRecord(rule) && (rule['http'] === undefined || (isRecord(rule['http']) && Array.isArray(rule['http']['paths']) && rule['http']['paths'].every((path: unknown) => isRecord(path) && isRecord(path['backend'])))));
  }
  if (object.kind !== 'MetricTemplate') return true;
  return isRecord(spec) && typeof spec['query'] === 'string' && isRecord(spec['provider']) && typeof spec['provider']['address'] === 'string';
}

/** What our own lint would say of what came out: nobody is given a policy that is refused. */
export function refused({ policies, metricTemplates }: Converted): PolicyProblem[] {
  const templates: TemplateSource = {
    find: (kind, name) => metricTemplates.filter((each) => each.kind === kind && each.metadata.name === name).map((each) => withDefaults(each).spec)[0] ?? 'unknown',
    names: (kind) => metricTemplates.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name),
  };
  return policies.flatMap((policy) => {
    const whole = withDefaults(policy);
    const own = checkPolicyAlone(whole);
    const all = [...own, ...(own.length === 0 ? checkTemplates(whole.spec, templates) : [])].filter(({ severity }) => severity !== 'warning');
    return all.map((problem): PolicyProblem => ({ path: ['spec'], problem: `no policy can be made of it: ${formatProblem(problem)}`, remedy: '' }));
  });
}
