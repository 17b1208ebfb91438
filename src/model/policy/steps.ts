import { Type, type Static } from 'typebox';
import type { JobTemplateSpec } from '../../kubernetes/generated/batch-v1.js';
import { AnyObject, StringEnum } from '../../schema/typebox.js';
import { howMany } from '../how-many.js';
import { MatchSchema, RequestMatchSchema } from '../match.js';
import { MetricNames, undecidedFates } from './analysis.js';
import { consentFields, otherwiseNeedsWithin } from './consent.js';
import { Duration, Name, exactlyOne } from './fields.js';

/** Matches as people write them: also by user, where the policy says how users are told. */
export const AudienceSchema = Type.Object(
  {
    matches: Type.Optional(Type.Array(MatchSchema, { maxItems: 16, description: 'Requests of any of these; an empty list ends an earlier route.' })),
    users: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { minItems: 1, maxItems: 16, description: 'Requests of these users; spec.users says where a request names its user.' })),
  },
  { description: 'Who meets the canary.', 'x-kubernetes-validations': [{ rule: 'has(self.matches) || has(self.users)', message: 'name matches or users' }] },
);
export type Audience = Static<typeof AudienceSchema>;

/** A pause, with or without an end. */
export const PauseSchema = Type.Object({ for: Type.Optional(Duration('How long; until told to go on when absent.')) }, { description: 'Wait.' });

const analyze = Type.Object(
  {
    for: Type.Optional(Duration('How long at most; as analysis.undecided.after says when absent. It is over as soon as all metrics pass.')),
    minimumRequests: Type.Optional(Type.Integer({ minimum: 0, description: 'Canary requests in this step without which an undecided analysis holds in place of promote; as analysis.undecided says when absent.' })),
    metrics: MetricNames('The metrics that must pass; they are sampled and judged in such steps alone. Those that are judged all the time when absent.'),
    undecided: Type.Optional(StringEnum(undecidedFates, { description: 'What comes when it is still undecided then; as analysis.undecided.then says when absent.' })),
  },
  { description: 'Wait until the metrics pass. One that fails takes the canary back at once, in this step as in any other.' },
);

const job = Type.Object(
  {
    template: AnyObject<JobTemplateSpec>({ description: 'The Job, as a CronJob would have it under jobTemplate.' }),
    timeout: Duration('How long it may take.', '10m'),
  },
  { description: 'Run a Job, at most once; the canary is taken back when it fails.' },
);

const gate = Type.Object(
  {
    url: Type.String({ pattern: '^https?://', maxLength: 2048, description: 'Where the release is posted to: 2xx opens the gate, 403 takes the canary back, anything else is asked again.' }),
    timeout: Duration('How long it is asked before the canary is taken back.', '1h'),
    interval: Duration('How long to wait before asking again.', '10s'),
  },
  { description: 'Wait for a webhook to agree.' },
);

const approve = Type.Object(consentFields, {
  description: 'Wait for people to approve. Anyone who may create Approvals when neither users nor groups are named.',
  'x-kubernetes-validations': [otherwiseNeedsWithin],
});

const scale = Type.Object(
  {
    replicas: Type.Optional(Type.Integer({ minimum: 0, description: 'This many canary Pods.' })),
    percent: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: 'This part of the replicas.' })),
    matchWeight: Type.Optional(Type.Boolean({ description: 'As many as the weight needs again.' })),
  },
  { description: 'Size the canary apart from its weight, from here on.', ...exactlyOne(['replicas', 'percent', 'matchWeight'], 'say one of replicas, percent or matchWeight') },
);

/** Steps that wait or test; every strategy knows them. */
const checks = {
  pause: Type.Optional(PauseSchema),
  analyze: Type.Optional(analyze),
  job: Type.Optional(job),
  gate: Type.Optional(gate),
  approve: Type.Optional(approve),
};
const CHECKS = Object.keys(checks);

/** A rule that a number is a whole per mille. */
export const oneDecimal = (field: string) => ({ rule: `!has(self.${field}) || self.${field} * 10.0 == double(int(self.${field} * 10.0))`, message: `a ${field} has at most one decimal` });

const mirrors = Type.Array(
  Type.Object(
    {
      name: Type.Optional(Name('Names the route that is made for them, where users keep a list of such.')),
      percent: Type.Optional(Type.Number({ minimum: 0.1, maximum: 100, description: 'The part of them that is copied; 100 when absent, at most one decimal.' })),
      matches: Type.Array(RequestMatchSchema, { minItems: 1, maxItems: 16, description: 'Requests of any of these.' }),
    },
    { description: 'Requests of which the canary gets copies.', 'x-kubernetes-validations': [oneDecimal('percent')] },
  ),
  { maxItems: 16, description: 'Only some requests that the canary gets copies of; an empty list ends it.' },
);

/** One step of a canary strategy. */
export const CanaryStepSchema = Type.Object(
  {
    weight: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: "The canary's share in per cent; at most one decimal." })),
    route: Type.Optional(AudienceSchema),
    mirror: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: 'Part of the requests, in per cent, that the canary gets a copy of; 0 ends it.' })),
    mirrors: Type.Optional(mirrors),
    scale: Type.Optional(scale),
    ...checks,
  },
  {
    description: 'One step: weight, route, mirror, mirrors, scale, pause, analyze, job, gate or approve.',
    'x-kubernetes-validations': [
      {
        rule: `${howMany(['weight', 'route', 'mirror', 'mirrors', 'scale', ...CHECKS])} == 1`,
        message: 'a step is exactly one of weight, route, mirror, mirrors, scale, pause, analyze, job, gate or approve',
      },
      oneDecimal('weight'),
      oneDecimal('mirror'),
    ],
  },
);
export type CanaryStep = Static<typeof CanaryStepSchema>;

/** One check before or after a switch, a batch or a stage. */
export const CheckStepSchema = Type.Object(checks, {
  description: 'One check: pause, analyze, job, gate or approve.',
  ...exactlyOne(CHECKS, 'a check is exactly one of pause, analyze, job, gate or approve'),
});
export type CheckStep = Static<typeof CheckStepSchema>;
