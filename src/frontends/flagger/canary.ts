import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../../kubernetes/generated/meta-v1.js';
import { objectSchema } from '../../model/custom-resources.js';
import { AnyObject, IntOrString, MapOf } from '../../schema/typebox.js';
import type { StructuralSchema } from '../../schema/structural.js';

export const FLAGGER_GROUP = 'flagger.app';

const Text = () => Type.Optional(Type.String());
const Amount = () => Type.Optional(Type.Number());
const Flag = () => Type.Optional(Type.Boolean());
const Free = () => Type.Optional(AnyObject());
const TextMatch = Type.Object({ exact: Text(), prefix: Text(), suffix: Text(), regex: Text() });

const service = Type.Object({
  name: Text(), port: Type.Optional(IntOrString()), portName: Text(), targetPort: Type.Optional(IntOrString()), appProtocol: Text(), portDiscovery: Flag(), headless: Flag(), trafficDistribution: Text(),
  timeout: Text(), backendTimeout: Text(), gateways: Type.Optional(Type.Array(Type.String())), gatewayRefs: Type.Optional(Type.Array(AnyObject())), hosts: Type.Optional(Type.Array(Type.String())), delegation: Flag(), meshName: Text(),
  backends: Type.Optional(Type.Array(Type.String())), match: Type.Optional(Type.Array(AnyObject())), rewrite: Free(), retries: Free(), headers: Free(), mirror: Type.Optional(Type.Array(AnyObject())), corsPolicy: Free(), trafficPolicy: Free(),
  apex: Free(), primary: Free(), canary: Free(), unmanagedMetadata: Free(),
});

const metric = Type.Object({
  name: Type.String(), interval: Text(), thresholdRange: Type.Optional(Type.Object({ min: Amount(), max: Amount() })), threshold: Amount(), query: Text(),
  templateRef: Type.Optional(Type.Object({ name: Type.String(), namespace: Text() })), templateVariables: Type.Optional(MapOf(Type.String())),
});
export type CanaryMetric = Static<typeof metric>;

const webhook = Type.Object({
  name: Type.String(), url: Type.String(), type: Text(), timeout: Text(), retries: Amount(), disableTLS: Flag(), muteAlert: Flag(), metadata: Type.Optional(MapOf(Type.String())),
});
export type CanaryWebhook = Static<typeof webhook>;

const analysis = Type.Object({
  interval: Text(), threshold: Amount(), iterations: Amount(), maxWeight: Amount(), stepWeight: Amount(), stepWeights: Type.Optional(Type.Array(Type.Number())), stepWeightPromotion: Amount(),
  mirror: Flag(), mirrorWeight: Amount(), primaryReadyThreshold: Amount(), canaryReadyThreshold: Amount(),
  match: Type.Optional(Type.Array(Type.Object({ headers: Type.Optional(MapOf(TextMatch)), queryParams: Free(), sourceLabels: Free() }))),
  sessionAffinity: Type.Optional(Type.Object({ cookieName: Type.String(), primaryCookieName: Text(), maxAge: Amount(), domain: Text(), path: Text(), httpOnly: Flag(), secure: Flag(), partitioned: Flag(), sameSite: Text() })),
  metrics: Type.Optional(Type.Array(metric)), webhooks: Type.Optional(Type.Array(webhook)), alerts: Type.Optional(Type.Array(AnyObject())),
});
export type CanaryAnalysis = Static<typeof analysis>;

/** The spec of a Canary, flagger.app/v1beta1; only read, to be converted. */
export const CanarySpecSchema = Type.Object({
  provider: Text(), metricsServer: Text(), progressDeadlineSeconds: Amount(), skipAnalysis: Flag(), revertOnDeletion: Flag(), suspend: Flag(),
  targetRef: Type.Object({ apiVersion: Text(), kind: Type.String(), name: Type.String() }),
  autoscalerRef: Free(), ingressRef: Type.Optional(Type.Object({ apiVersion: Text(), kind: Text(), name: Type.String() })), routeRef: Free(), upstreamRef: Free(),
  service, analysis: Type.Optional(analysis), canaryAnalysis: Type.Optional(analysis),
});
export type CanarySpec = Static<typeof CanarySpecSchema>;

export interface Canary {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: CanarySpec;
}

/** A MetricTemplate, flagger.app/v1beta1. */
export interface FlaggerMetricTemplate {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: { provider?: { type?: string; address?: string; secretRef?: { name?: string } }; query?: string };
}

export const canarySchema: StructuralSchema = objectSchema('', CanarySpecSchema);
