import type { FieldError } from '../../../../kubernetes/field-error.js';
import { forbiddenField, invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { Container, Lifecycle, LifecycleHandler, Probe } from '../../../../kubernetes/generated/core-v1.js';
import { nonNegative, portNumberOrName } from '../field-checks.js';

type Handler = Omit<LifecycleHandler, 'sleep'> & Pick<LifecycleHandler, 'sleep'> & Pick<Probe, 'grpc'>;

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

/** What is wrong with the probes of a container. */
export function probeErrors({ livenessProbe, readinessProbe, startupProbe }: Container, at: string): FieldError[] {
  return [
    ...once(livenessProbe, `${at}.livenessProbe`),
    ...readiness(readinessProbe, `${at}.readinessProbe`),
    ...once(startupProbe, `${at}.startupProbe`),
  ];
}

/** What is wrong with what a container does after it starts and before it stops. */
export function lifecycleErrors(lifecycle: Lifecycle | undefined, at: string): FieldError[] {
  return (['postStart', 'preStop'] as const).flatMap((hook) => {
    const handler = lifecycle?.[hook];
    return handler === undefined ? [] : handlerErrors(handler, `${at}.${hook}`);
  });
}

/** One success is enough to be alive and to have started. */
function once(probe: Probe | undefined, at: string): FieldError[] {
  if (probe === undefined) return [];
  const errors = commonErrors(probe, at);
  return probe.successThreshold === 1 ? errors : [...errors, invalidField(`${at}.successThreshold`, probe.successThreshold ?? 0, 'must be 1')];
}

function readiness(probe: Probe | undefined, at: string): FieldError[] {
  if (probe === undefined) return [];
  const { terminationGracePeriodSeconds: grace } = probe;
  const errors = commonErrors(probe, at);
  return grace === undefined ? errors : [...errors, invalidField(`${at}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes')];
}

function commonErrors(probe: Probe, at: string): FieldError[] {
  const counts = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;
  const { terminationGracePeriodSeconds: grace } = probe;
  return [
    ...handlerErrors(probe, at),
    ...counts.flatMap((name) => nonNegative(`${at}.${name}`, probe[name])),
    ...(grace !== undefined && grace <= 0 ? [invalidField(`${at}.terminationGracePeriodSeconds`, grace, 'must be greater than 0')] : []),
  ];
}

function handlerErrors(handler: Handler, at: string): FieldError[] {
  const [first, ...more] = HANDLERS.filter((name) => handler[name] !== undefined);
  if (first === undefined) return [requiredField(at, 'must specify a handler type')];
  return [...actionErrors(handler, at), ...more.map((name) => forbiddenField(`${at}.${name}`, 'may not specify more than 1 handler type'))];
}

function actionErrors({ exec, httpGet, tcpSocket, grpc }: Handler, at: string): FieldError[] {
  if (exec !== undefined) return (exec.command ?? []).length === 0 ? [requiredField(`${at}.exec.command`)] : [];
  if (httpGet !== undefined) {
    const known = ['HTTP', 'HTTPS'];
    return [
      ...(httpGet.path === undefined || httpGet.path === '' ? [requiredField(`${at}.httpGet.path`)] : []),
      ...portNumberOrName(`${at}.httpGet.port`, httpGet.port),
      ...(known.includes(httpGet.scheme ?? '') ? [] : [unsupportedField(`${at}.httpGet.scheme`, httpGet.scheme ?? '', known)]),
    ];
  }
  if (tcpSocket !== undefined) return portNumberOrName(`${at}.tcpSocket.port`, tcpSocket.port);
  return grpc === undefined ? [] : portNumberOrName(`${at}.grpc.port`, grpc.port);
}
