import { Type, type Static, type TSchema } from 'typebox';
import Value from 'typebox/value';
import { parse } from 'yaml';

const Strings = Type.Union([Type.String(), Type.Array(Type.String())]);
const Step = Type.Object({
  name: Type.String(),
  image: Type.String(),
  settings: Type.Record(Type.String(), Type.Unknown()),
  when: Type.Optional(Type.Object({ event: Type.Optional(Strings), target: Type.Optional(Strings) }, { additionalProperties: false })),
});
const Pipeline = Type.Object({ kind: Type.Literal('pipeline'), type: Type.Literal('docker'), name: Type.String(), steps: Type.Array(Step) }, { additionalProperties: false });
const Docker = Type.Object({ repo: Type.String(), registry: Type.String(), insecure: Type.Literal(true), dockerfile: Type.String(), tags: Strings }, { additionalProperties: false });
const Webhook = Type.Object({ urls: Strings, username: Type.Optional(Type.String()), password: Type.Optional(Type.String()), content_type: Type.Optional(Type.String()), template: Type.String(), debug: Type.Optional(Type.Boolean()) }, { additionalProperties: false });

/** A step as the pipeline file has it. */
export type PipelineStep = Static<typeof Step>;
export type WebhookSettings = Static<typeof Webhook>;

/** What made Drone run the pipeline. */
export interface Build {
  /** DRONE_BUILD_EVENT */
  readonly event: string;
  /** DRONE_DEPLOY_TO; of promotions alone. */
  readonly target?: string;
  /** DRONE_TAG */
  readonly tag: string;
}

/** The steps of a pipeline that a build runs, with parameters filled in before anything is read (docs.drone.io/pipeline/environment/substitution, docs.drone.io/pipeline/docker/syntax/conditions). */
export function stepsOf(text: string, { event, target, tag }: Build): PipelineStep[] {
  const parameters: Readonly<Record<string, string>> = { DRONE_TAG: tag, DRONE_BUILD_EVENT: event, DRONE_DEPLOY_TO: target ?? '' };
  // `##` takes a pattern away from the beginning; one without wildcards is that text.
  const filled = text.replaceAll(/\$\{(\w+)(?:##([\w.-]+))?\}/g, (_, name: string, prefix: string | undefined) => {
    const value = parameters[name] ?? '';
    return prefix !== undefined && value.startsWith(prefix) ? value.slice(prefix.length) : value;
  });
  const { steps } = read(Pipeline, parse(filled), 'the pipeline');
  const holds = (wanted: string | string[] | undefined, value: string): boolean => wanted === undefined || listOf(wanted).includes(value);
  return steps.filter(({ when }) => holds(when?.event, event) && holds(when?.target, target ?? ''));
}

/** What `plugins/docker` pushes: the repository, without its registry, and the tags. @throws Error for settings that it is not given here */
export function pushOf({ image, settings }: PipelineStep): { readonly repository: string; readonly tags: readonly string[] } {
  if (image !== 'plugins/docker') throw new Error(`${image} pushes nothing`);
  const { repo, registry, tags } = read(Docker, settings, image);
  if (!repo.startsWith(`${registry}/`)) throw new Error(`${repo} is not in ${registry}`);
  return { repository: repo.slice(registry.length + 1), tags: listOf(tags) };
}

/** The settings of `plugins/webhook`. @throws Error for settings that it is not given here */
export function webhookOf({ image, settings }: PipelineStep): WebhookSettings {
  if (image !== 'plugins/webhook') throw new Error(`${image} sends nothing`);
  return read(Webhook, settings, image);
}

/** Sends what `plugins/webhook` sends (github.com/drone-plugins/drone-webhook): the trimmed template to each URL, with Basic where both names are given. */
export async function sendWebhook({ urls, username, password, content_type: type = 'application/json', template }: WebhookSettings): Promise<{ readonly status: number; readonly body: unknown }[]> {
  if (template.includes('{{')) throw new Error('templates with expressions are not played here');
  const headers = { 'content-type': type, ...(username && password ? { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` } : {}) };
  return Promise.all(listOf(urls).map(async (url) => {
    const answer = await fetch(url, { method: 'POST', headers, body: template.trim() });
    return { status: answer.status, body: await answer.json() };
  }));
}

const listOf = (value: string | string[]): string[] => (Array.isArray(value) ? value : value.split(','));

function read<T extends TSchema>(schema: T, value: unknown, what: string): Static<T> {
  if (Value.Check(schema, value)) return value;
  const [first] = Value.Errors(schema, value);
  throw new Error(`${what}: ${first?.instancePath ?? ''} ${first?.message ?? 'is not as expected'}`);
}
