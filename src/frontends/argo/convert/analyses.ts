import { isRecord } from '../../../kubernetes/json.js';
import { parseJsonPath, valueAt } from '../../../model/json-path.js';
import type { MetricTemplate } from '../../../model/metric-template.js';
import type { Metric } from '../../../model/policy/analysis.js';
import { API_VERSION } from '../../../model/resources.js';
import { templatesNamed, type NamedTemplate } from '../checks/analysis.js';
import type { KnownObjects } from '../checks/known-objects.js';
import type { RolloutAnalysis, RunArgument } from '../kinds/rollout-analysis.js';
import type { Rollout } from '../kinds/rollout.js';
import type { TemplateArgument } from '../kinds/metrics.js';
import { convertMeasure } from './metric-measures.js';
import { formatPath } from '../../../model/policy-problem.js';
import { metricName, Notes, type ConversionNote } from '../../conversion/notes.js';

type Path = ConversionNote['path'];

/** What a step waits for. */
export interface ConvertedAnalysis {
  readonly metrics: readonly string[];
  /** How long its metrics take, in milliseconds; undefined where one goes on. */
  readonly lasts: number | undefined;
}

/** Collects the metrics of a policy and the templates that they come from, while its analyses are converted one after the other. */
export class Analyses {
  readonly metrics: Metric[] = [];
  readonly templates: MetricTemplate[] = [];
  private readonly rollout: Rollout;
  private readonly known: KnownObjects;
  private readonly notes: Notes;
  /** How long a metric takes, by the name of its template. */
  private readonly lasting = new Map<string, number | undefined>();

  constructor(rollout: Rollout, known: KnownObjects, notes: Notes) {
    this.rollout = rollout;
    this.known = known;
    this.notes = notes;
  }

  /** @param background whether it runs all the time, beside the steps */
  convert(analysis: RolloutAnalysis, path: Path, background: boolean): ConvertedAnalysis {
    const { templates = [], args = [], dryRun = [] } = analysis;
    const namespace = this.rollout.metadata.namespace ?? 'default';
    const { found } = templatesNamed(templates, [...path, 'templates'], namespace, this.known);
    const missing = templates.filter(({ templateName }) => !found.some(({ template }) => template.metadata.name === templateName));
    for (const { templateName = '' } of missing) this.notes.add([...path, 'templates'], `AnalysisTemplate ${templateName} is not among the files, so what it measures is left out: convert both together.`);
    this.notes.when(analysis.measurementRetention, [...path, 'measurementRetention'], 'Evidence keeps what a release was judged by.');
    this.notes.when(analysis.analysisRunMetadata, [...path, 'analysisRunMetadata'], 'There is no object for each analysis.');
    const names = found.flatMap((each) => this.metricsOf(each, args, dryRun.map(({ metricName: name }) => name), path, background));
    const times = names.map((name) => this.lasting.get(this.metrics.find((metric) => metric.name === name)?.template?.name ?? name));
    return { metrics: names, lasts: times.some((each) => each === undefined) || times.length === 0 ? undefined : Math.max(...times.map((each) => each ?? 0)) };
  }

  private metricsOf({ template }: NamedTemplate, args: readonly RunArgument[], dryRuns: readonly string[], path: Path, background: boolean): string[] {
    const { metrics = [], args: declared = [], dryRun = [] } = template.spec;
    const patterns = [...dryRuns, ...dryRun.map(({ metricName: name }) => name)];
    return metrics.flatMap((metric) => {
      const name = metricName(metrics.length === 1 ? (template.metadata.name ?? metric.name) : `${template.metadata.name ?? ''}-${metric.name}`);
      const made = this.templateOf(name, template.kind, metric, declared, args, path);
      if (!made) return [];
      const values = declared.filter(({ name: argument }) => made.includes(argument)).flatMap((argument) => this.valueOf(argument, args));
      const dry = patterns.some((pattern) => matches(pattern, metric.name));
      const converted: Omit<Metric, 'name'> = {
        ...(dry ? { dryRun: true } : {}),
        template: { ...(template.kind === 'ClusterAnalysisTemplate' ? { kind: 'ClusterMetricTemplate' as const } : {}), name, ...(values.length === 0 ? {} : { arguments: values }) },
      };
      const own = this.named(name, converted, background);
      return dry ? [] : [own];
    });
  }

  /** The name of a metric in the policy: the same where it is the same, another where only the steps that name it are to measure it. */
  private named(wanted: string, metric: Omit<Metric, 'name'>, background: boolean): string {
    for (let index = 1; ; index++) {
      const name = index === 1 ? wanted : metricName(`${wanted.slice(0, 58)}-${index}`);
      const other = this.metrics.find((each) => each.name === name);
      const mark = JSON.stringify([metric, background]);
      if (!other) {
        this.metrics.push({ name, ...metric });
        this.marks.set(name, mark);
        return name;
      }
      if (this.marks.get(name) === mark) return name;
    }
  }

  private readonly marks = new Map<string, string>();

  /** Makes the template once. @returns the arguments that it has; undefined where the metric has no equal */
  private templateOf(name: string, kind: string, metric: Parameters<typeof convertMeasure>[0], declared: readonly TemplateArgument[], args: readonly RunArgument[], path: Path): string[] | undefined {
    const standIns = new Map(args.flatMap(({ name: argument, valueFrom }) => (valueFrom?.podTemplateHashValue === undefined ? [] : [[argument, valueFrom.podTemplateHashValue === 'Stable' ? 'stable' : 'canary'] as const])));
    const own = new Notes();
    const given = declared.map((argument) => ({ ...argument, ...valueOf(args, argument.name) }));
    const converted = convertMeasure(metric, given, [], own);
    for (const { path: inside, note } of own.list) this.notes.add(path, `metric ${metric.name} of the ${kind}${inside.length > 0 ? `, ${formatPath(inside)}` : ''}: ${note}`);
    if (!converted) return undefined;
    const secret = declared.find(({ name: argument, valueFrom }) => valueFrom?.secretKeyRef && JSON.stringify(converted.measure).includes(`{{arguments.${argument}}}`));
    if (secret) {
      this.notes.add(path, `metric ${metric.name} of the ${kind}: argument ${secret.name} comes from a Secret, which only a header or a token may; the metric is left out.`);
      return undefined;
    }
    let text = JSON.stringify(converted.measure);
    for (const [argument, role] of standIns) {
      if (!text.includes(`{{arguments.${argument}}}`)) continue;
      text = text.replaceAll(`{{arguments.${argument}}}`, `{{${role}}}`);
      this.notes.add(path, `In metric ${name}, argument ${argument} was the hash of a version. In its place stands the name of its ReplicaSet, which names of its Pods begin with: correct the query.`);
    }
    const used = declared.filter((argument) => text.includes(`{{arguments.${argument.name}}}`));
    this.lasting.set(name, converted.lasts);
    if (!this.templates.some((each) => each.metadata.name === name && each.kind === templateKind(kind))) {
      this.templates.push({
        apiVersion: API_VERSION,
        kind: templateKind(kind),
        metadata: { name, ...(kind === 'ClusterAnalysisTemplate' ? {} : { ...(this.rollout.metadata.namespace === undefined ? {} : { namespace: this.rollout.metadata.namespace }) }) },
        spec: {
          ...(used.length === 0 ? {} : { arguments: used.map(({ name: argument, value }) => ({ name: argument, ...(value === undefined ? {} : { default: value }) })) }),
          // As it was, with other texts in it.
          ...(JSON.parse(text) as typeof converted.measure),
        },
      });
    }
    return used.map((argument) => argument.name);
  }

  private valueOf({ name, valueFrom }: TemplateArgument, args: readonly RunArgument[]): { name: string; value: string }[] {
    const given = args.find((each) => each.name === name);
    if (given?.value !== undefined) return [{ name, value: given.value }];
    const path = given?.valueFrom?.fieldRef?.fieldPath ?? valueFrom?.fieldRef?.fieldPath;
    if (path === undefined) return [];
    const value = fieldOf(this.rollout, path);
    if (value === undefined) return [];
    this.notes.add(['spec'], `Argument ${name} was read from ${path}; the policy has its present value.`);
    return [{ name, value }];
  }
}

function valueOf(args: readonly RunArgument[], name: string): { value?: string } {
  const value = args.find((each) => each.name === name)?.value;
  return value === undefined ? {} : { value };
}

const templateKind = (kind: string): string => (kind === 'ClusterAnalysisTemplate' ? 'ClusterMetricTemplate' : 'MetricTemplate');

function fieldOf(rollout: Rollout, path: string): string | undefined {
  try {
    const value = valueAt(rollout, parseJsonPath(`$.${path}`));
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : isRecord(value) ? JSON.stringify(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The pattern may stand anywhere in the name, as where Argo Rollouts looks for it. */
function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return pattern === name;
  }
}
