import type { Deployment } from '../../../kubernetes/generated/apps-v1.js';
import type { Container, ContainerPort, PodTemplateSpec, ResourceRequirements } from '../../../kubernetes/generated/core-v1.js';
import type { ObjectMeta } from '../../../kubernetes/generated/meta-v1.js';
import { traitOf, type Application, type Component } from '../application.js';
import { APP_NAME, COMPONENT, REVISION } from '../labels.js';
import { portName } from '../properties/ports.js';
import { webserviceOf } from '../properties/read.js';
import type { Webservice } from '../properties/webservice.js';
import { metadataOf, type RevisionOfApplication } from './metadata.js';
import { volumesOf } from './volumes.js';

/** The name of the Deployment that runs a revision: with the trait rollout one each, else one for all. */
export const workloadName = (component: Component, revision: string): string => (traitOf(component, 'rollout') ? revision : component.name);

/**
 * The Deployment of a component, without `spec.replicas`. With the trait rollout every revision has a Deployment, and
 * selects its own Pods by the revision's name; without it there is one, whose selector could not change.
 */
export function deploymentOf(app: Application, component: Component, revision: string, of?: RevisionOfApplication): Deployment {
  return deployment(app, component, revision, podTemplate(app, component, revision), of);
}

/** As `deploymentOf`, with a Pod template that is given. */
export function deployment(app: Application, component: Component, revision: string, template: PodTemplateSpec, of?: RevisionOfApplication): Deployment {
  const own = traitOf(component, 'rollout') !== undefined;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(app, component, workloadName(component, revision), { workload: component.type, revision }, of),
    spec: { selector: { matchLabels: { [COMPONENT]: component.name, ...(own ? { [REVISION]: revision } : {}) } }, template },
  };
}

/** The Pods of a component. */
export function podTemplate(app: Application, component: Component, revision: string): PodTemplateSpec {
  const properties = webserviceOf(component);
  const { annotations, imagePullSecrets, hostAliases } = properties;
  const { volumes, volumeMounts } = volumesOf(properties);
  return {
    metadata: templateMetadata({
      labels: { ...properties.labels, ...podLabels(app, component, revision, properties.addRevisionLabel) },
      ...(annotations === undefined ? {} : { annotations }),
    }),
    spec: {
      containers: [{ ...containerOf(component.name, properties), ...(volumeMounts.length > 0 ? { volumeMounts } : {}) }],
      ...(hostAliases === undefined ? {} : { hostAliases }),
      ...(imagePullSecrets === undefined ? {} : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

/** Metadata of a Pod template: the published type wants a name, which no template has. */
export const templateMetadata = (fields: Omit<ObjectMeta, 'name'>): ObjectMeta => fields as ObjectMeta;

/** Labels of the Pods that are not the user's. */
export function podLabels(app: Application, component: Component, revision: string, addRevision: boolean): Record<string, string> {
  const told = addRevision || traitOf(component, 'rollout') !== undefined || traitOf(component, 'canary-traffic') !== undefined;
  return { [APP_NAME]: app.metadata.name ?? '', [COMPONENT]: component.name, ...(told ? { [REVISION]: revision } : {}) };
}

function containerOf(name: string, properties: Webservice): Container {
  const { image, imagePullPolicy, cmd, args, env, livenessProbe, readinessProbe } = properties;
  const ports = portsOf(properties);
  const resources = resourcesOf(properties);
  return {
    name, image,
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    ...(cmd === undefined ? {} : { command: cmd }),
    ...(args === undefined ? {} : { args }),
    ...(ports.length > 0 ? { ports } : {}),
    ...(env === undefined ? {} : { env }),
    ...(resources === undefined ? {} : { resources }),
    ...(livenessProbe === undefined ? {} : { livenessProbe }),
    ...(readinessProbe === undefined ? {} : { readinessProbe }),
  };
}

/** `ports` takes the place of `port`. A port that several lead to is there once. */
function portsOf({ port, ports }: Webservice): ContainerPort[] {
  if (ports === undefined) return port === undefined ? [] : [{ containerPort: port }];
  const all = ports.map(({ port: number, containerPort = number, protocol, name }) => ({ containerPort, name: name ?? portName(containerPort, protocol), protocol }));
  return all.filter(({ containerPort, protocol }, index) => all.findIndex((other) => other.containerPort === containerPort && other.protocol === protocol) === index);
}

/** What a Pod asks for and may have at most are the same. */
function resourcesOf({ cpu, memory }: Webservice): ResourceRequirements | undefined {
  if (cpu === undefined && memory === undefined) return undefined;
  const amounts = (): Record<string, string> => ({ ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) });
  return { limits: amounts(), requests: amounts() };
}
