import { Type, type Static } from 'typebox';
import { AnyObject, StringEnum } from '../../../schema/typebox.js';
import { propertySchema } from './property-schema.js';

const Optional = Type.Optional;

const CanaryRolloutSchema = Type.Object({
  batchPartition: Type.Integer({ minimum: 0, description: 'The index of the last batch that this step does.' }),
  traffic: Optional(
    Type.Object({
      weightedTargets: Type.Array(
        Type.Object({
          revision: Type.String({ minLength: 1, description: "A revision of the component, such as reviews-v2." }),
          weight: Type.Integer({ minimum: 0, maximum: 100, description: 'Its part of the requests in per cent.' }),
        }),
        { minItems: 1, maxItems: 2, description: 'Who gets which part of the requests.' },
      ),
    }, { description: 'Who gets which part of the requests; as many as Pods when absent.' }),
  ),
  component: Optional(Type.String({ minLength: 1, description: 'The component; needed where several have a rollout trait and no revision names one.' })),
});
export type CanaryRolloutProperties = Static<typeof CanaryRolloutSchema>;

const SuspendSchema = Type.Object({
  duration: Optional(Type.String({ minLength: 1, description: 'Goes on by itself after this time, as in 5m.' })),
  message: Optional(Type.String({ description: 'What people are told.' })),
});

const CanaryRollbackSchema = Type.Object({
  component: Optional(Type.String({ minLength: 1, description: 'The component; all with a rollout trait when absent.' })),
});

const ApplyComponentSchema = Type.Object({
  component: Type.String({ minLength: 1, description: 'The component that is applied.' }),
  cluster: Optional(StringEnum(['', 'local'] as const, { description: 'There is only the cluster that the Application is on.' })),
});

const SecretKey = Type.Object({ name: Type.String({ minLength: 1, description: 'The Secret.' }), key: Type.String({ minLength: 1, description: 'The key in it.' }) });
const ValueOrSecret = (description: string) =>
  Type.Object({ value: Optional(Type.String({ minLength: 1, description: 'The value itself.' })), secretRef: Optional(SecretKey) }, { description });

const WebhookSchema = Type.Object({
  url: ValueOrSecret('Where the request goes: value, or secretRef with name and key.'),
  data: Optional(AnyObject({ description: 'The JSON that is sent; the Application when absent.' })),
});

const Sent = (description: string) => Optional(Type.Object({ url: ValueOrSecret('Where the message goes: value, or secretRef with name and key.'), message: AnyObject({ description: 'The message as the service takes it.' }) }, { description }));

const NotificationSchema = Type.Object({
  slack: Sent('A message to Slack.'),
  dingding: Sent('A message to DingTalk.'),
  lark: Sent('A message to Lark.'),
});

const StepGroupSchema = Type.Object({});

/** Properties of the workflow's steps. */
export const stepSchemas = {
  'canary-rollout': propertySchema(CanaryRolloutSchema),
  'canary-rollback': propertySchema(CanaryRollbackSchema),
  'apply-component': propertySchema(ApplyComponentSchema),
  suspend: propertySchema(SuspendSchema),
  'step-group': propertySchema(StepGroupSchema),
  notification: propertySchema(NotificationSchema),
  webhook: propertySchema(WebhookSchema),
};
export type StepType = keyof typeof stepSchemas;
export type SuspendProperties = Static<typeof SuspendSchema>;
export type CanaryRollbackProperties = Static<typeof CanaryRollbackSchema>;
export type ApplyComponentProperties = Static<typeof ApplyComponentSchema>;
export type WebhookProperties = Static<typeof WebhookSchema>;
export type NotificationProperties = Static<typeof NotificationSchema>;
