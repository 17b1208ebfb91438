import { Type, type Static } from 'typebox';
import type { JobTemplateSpec } from '../../kubernetes/generated/batch-v1.js';
import { AnyObject, MapOf, StringEnum } from '../../schema/typebox.js';
import { Duration, Name, exactlyOne } from './fields.js';

const Text = (description: string) => Type.String({ minLength: 1, maxLength: 4096, description });

/** A value of a Secret in the namespace of the policy. Read when it is needed, never written anywhere. */
const SecretKey = (description: string) => Type.Object({ secret: Name('The Secret.'), key: Name('Its key.') }, { description });

/** A metric in Prometheus' text format, as a Pod exposes it; values of all that fit are added up for each Pod. */
const Exposed = (description: string) =>
  Type.Object(
    {
      metric: Name('Its name.'),
      labels: Type.Optional(MapOf(Type.String({ maxLength: 256 }), { maxProperties: 16, description: 'Only those whose labels match these regular expressions as a whole.' })),
    },
    { description },
  );

const unit = Type.Optional(StringEnum(['seconds', 'milliseconds'] as const, { description: 'Unit of the bucket edges; told by the name of the metric when absent, else seconds.' }));

const scrape = Type.Object(
  {
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: 'Where Pods answer; by the annotation prometheus.io/port when absent.' })),
    path: Type.Optional(Type.String({ pattern: '^/', maxLength: 1024, description: 'By the annotation prometheus.io/path when absent, else /metrics.' })),
    all: Type.Optional(Exposed('errorRate: a counter of all.')),
    bad: Type.Optional(Exposed('errorRate: a counter of the bad ones.')),
    histogram: Type.Optional(Exposed('latency: a histogram; its name without _bucket.')),
    gauge: Type.Optional(Exposed('saturation: a value.')),
    unit,
  },
  { description: 'Ask the Pods of both versions themselves, once a second.' },
);

const queries = {
  all: Type.Optional(Text('errorRate: all, as raw counters by Pod.')),
  bad: Type.Optional(Text('errorRate: the bad ones, as raw counters by Pod.')),
  histogram: Type.Optional(Text('latency: buckets as raw counters by Pod and le.')),
  gauge: Type.Optional(Text('saturation: a value by Pod.')),
  value: Type.Optional(Text('condition: one value.')),
};

const prometheus = Type.Object(
  {
    address: Type.String({ pattern: '^https?://', maxLength: 2048, description: 'Of Prometheus, or of what answers in its place.' }),
    ...queries,
    unit,
    podLabel: Type.Optional(Name('The label that holds the name of the Pod; pod when absent.')),
    every: Duration('How often to ask; Prometheus itself has nothing new more often than it scrapes.', '5s'),
    timeout: Duration('How long an answer may take.', '10s'),
    token: Type.Optional(SecretKey('Sent as a bearer token.')),
    basic: Type.Optional(Type.Object({ username: SecretKey('The name.'), password: SecretKey('The password.') }, { description: 'Sent as basic authentication.' })),
    ca: Type.Optional(SecretKey('Certificates that are trusted, as PEM.')),
  },
  { description: 'Ask Prometheus. Serin takes increases itself, so queries name counters and no rate().' },
);

const web = Type.Object(
  {
    url: Type.String({ pattern: '^https?://', maxLength: 2048, description: 'What is fetched.' }),
    method: Type.Optional(StringEnum(['GET', 'POST', 'PUT'] as const)),
    headers: Type.Optional(Type.Array(Type.Object({ name: Name('The header.'), value: Type.Optional(Text('Its value.')), from: Type.Optional(SecretKey('Its value, from a Secret.')) }, exactlyOne(['value', 'from'], 'say value or from')), { maxItems: 16 })),
    body: Type.Optional(Text('What is sent.')),
    path: Type.Optional(Text('Where in the JSON of the answer the value is, such as $.data.ok; all of it when absent.')),
    timeout: Duration('How long an answer may take.', '10s'),
  },
  { description: 'Fetch JSON over HTTP.' },
);

const job = Type.Object(
  { template: AnyObject<JobTemplateSpec>({ description: 'The Job, as a CronJob would have it under jobTemplate.' }), timeout: Duration('How long it may take.', '10m') },
  { description: 'Run a Job: its end with 0 is a success, any other a failure.' },
);

const datadog = Type.Object(
  {
    address: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 2048, description: 'https://api.datadoghq.com when absent.' })),
    ...queries,
    podTag: Type.Optional(Name('The tag that holds the name of the Pod; pod_name when absent.')),
    every: Duration('How often to ask.', '15s'),
    timeout: Duration('How long an answer may take.', '10s'),
    apiKey: SecretKey('The API key.'),
    applicationKey: SecretKey('The application key.'),
  },
  { description: 'Ask Datadog.' },
);

export const sourceKinds = ['scrape', 'prometheus', 'web', 'job', 'datadog'] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** Where the samples of a metric come from. */
export const MetricSourceSchema = Type.Object(
  { scrape: Type.Optional(scrape), prometheus: Type.Optional(prometheus), web: Type.Optional(web), job: Type.Optional(job), datadog: Type.Optional(datadog) },
  { description: 'Where samples come from; what the mesh, the gateway or the Pods say of requests when absent.', ...exactlyOne(sourceKinds, 'a source is exactly one of scrape, prometheus, web, job or datadog') },
);
export type MetricSource = Static<typeof MetricSourceSchema>;
