import { Type, type Static } from 'typebox';
import type { JobSpec } from '../../../kubernetes/generated/batch-v1.js';
import { AnyObject, MapOf } from '../../../schema/typebox.js';
import { Amount, Flag, PodMetadata, Text, Texts } from './fields.js';
import { DryRuns, Retentions, TemplateReferenceSchema } from './rollout-analysis.js';

const headers = Type.Optional(Type.Array(Type.Object({ key: Type.String(), value: Type.String() }), { description: 'Headers that are sent.' }));

const authentication = Type.Optional(
  Type.Object(
    {
      basicAuth: Type.Optional(Type.Object({ username: Text('The name.'), password: Text('The password.') })),
      oauth2: Type.Optional(Type.Object({ tokenUrl: Text('Where tokens come from.'), clientId: Text('The client.'), clientSecret: Text('Its secret.'), scopes: Texts('Scopes.') })),
      sigv4: Type.Optional(AnyObject({ description: 'Not served.' })),
    },
    { description: 'How it is asked.' },
  ),
);

const prometheus = Type.Object(
  {
    address: Text('Of Prometheus.'),
    query: Text('What is asked.'),
    timeout: Type.Optional(Type.Integer({ format: 'int64', description: 'Seconds; 30 when absent.' })),
    insecure: Flag('Trust any certificate.'),
    headers,
    rangeQuery: Type.Optional(Type.Object({ start: Text('An expression of now().'), end: Text('An expression of now().'), step: Text('A duration.') }, { description: 'Ask for a range.' })),
    authentication,
  },
  { description: 'Prometheus.' },
);
export type PrometheusProvider = Static<typeof prometheus>;

const web = Type.Object(
  {
    url: Type.String({ description: 'What is fetched.' }),
    method: Text('GET, POST or PUT; GET when absent.'),
    headers,
    body: Text('What is sent.'),
    jsonBody: Type.Optional(AnyObject({ description: 'What is sent, as JSON.' })),
    timeoutSeconds: Type.Optional(Type.Integer({ format: 'int64', description: '10 when absent.' })),
    jsonPath: Text('Where in the answer the value is; {$} when absent.'),
    insecure: Flag('Trust any certificate.'),
    authentication,
  },
  { description: 'A URL.' },
);
export type WebProvider = Static<typeof web>;

const job = Type.Object({ metadata: PodMetadata('Labels and annotations of the Job.'), spec: AnyObject<JobSpec>({ description: 'The Job.' }) }, { description: 'A Job.' });
export type JobProvider = Static<typeof job>;

const datadog = Type.Object(
  {
    query: Text('What is asked.'),
    queries: Type.Optional(MapOf(Type.String(), { description: 'Several questions by name.' })),
    formula: Text('What becomes of them.'),
    interval: Text('How far back; 5m when absent.'),
    apiVersion: Text('v1 or v2.'),
    aggregator: Text('How points are put together.'),
    secretRef: Type.Optional(Type.Object({ name: Text('The Secret.'), namespaced: Flag('Whether it is in the namespace of the run.') })),
    requestTimeout: Text('How long an answer may take.'),
  },
  { description: 'Datadog.' },
);
export type DatadogProvider = Static<typeof datadog>;

const refused = Type.Optional(AnyObject({ description: 'Not served.' }));

export const providerNames = ['prometheus', 'web', 'job', 'datadog', 'graphite', 'wavefront', 'influxdb', 'newRelic', 'skywalking', 'cloudWatch', 'kayenta', 'plugin'] as const;
export type ProviderName = (typeof providerNames)[number];
/** The ones that Serin asks. */
export const servedProviders: readonly ProviderName[] = ['prometheus', 'web', 'job', 'datadog'];

const provider = Type.Object(
  {
    prometheus: Type.Optional(prometheus), web: Type.Optional(web), job: Type.Optional(job), datadog: Type.Optional(datadog),
    graphite: refused, wavefront: refused, influxdb: refused, newRelic: refused, skywalking: refused, cloudWatch: refused, kayenta: refused, plugin: refused,
  },
  { description: 'Where measurements come from; exactly one.' },
);
export type Provider = Static<typeof provider>;

export const MetricSchema = Type.Object(
  {
    name: Type.String({ description: 'What it is called.' }),
    interval: Text('Time between two measurements; one measurement when absent.'),
    initialDelay: Text('Time before the first.'),
    count: Amount('How many measurements.'),
    successCondition: Text('An expression of result.'),
    failureCondition: Text('An expression of result.'),
    failureLimit: Amount('Failed with more failures than this; 0 when absent, -1 for never.'),
    inconclusiveLimit: Amount('Inconclusive with more inconclusive measurements than this; 0 when absent.'),
    consecutiveErrorLimit: Amount('An error with more errors in a row than this; 4 when absent.'),
    consecutiveSuccessLimit: Amount('Successful with so many successes in a row.'),
    provider,
  },
  { description: 'One metric.' },
);
export type ArgoMetric = Static<typeof MetricSchema>;

export const TemplateArgumentSchema = Type.Object(
  {
    name: Type.String({ description: 'The argument.' }),
    value: Text('Its value where nobody gives another.'),
    valueFrom: Type.Optional(
      Type.Object({
        secretKeyRef: Type.Optional(Type.Object({ name: Type.String(), key: Type.String() }, { description: 'A value of a Secret.' })),
        fieldRef: Type.Optional(Type.Object({ fieldPath: Type.String() }, { description: 'A field of the Rollout.' })),
      }),
    ),
  },
  { description: 'An argument.' },
);
export type TemplateArgument = Static<typeof TemplateArgumentSchema>;

/** The spec of an AnalysisTemplate and of a ClusterAnalysisTemplate. */
export const AnalysisTemplateSpecSchema = Type.Object(
  {
    metrics: Type.Optional(Type.Array(MetricSchema, { description: 'What is measured.' })),
    args: Type.Optional(Type.Array(TemplateArgumentSchema, { description: 'What may be filled in: args.NAME in double braces.' })),
    dryRun: DryRuns,
    measurementRetention: Retentions,
    templates: Type.Optional(Type.Array(TemplateReferenceSchema, { description: 'Other templates that belong to it.' })),
  },
  { description: 'What is measured, and what counts as success.' },
);
export type AnalysisTemplateSpec = Static<typeof AnalysisTemplateSpecSchema>;
