import { isIP } from 'node:net';
import type { FieldError } from '../../../../kubernetes/field-error.js';
import { invalidField, requiredField, tooLongField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressClass, IngressRule } from '../../../../kubernetes/generated/networking-v1.js';
import { dns1123LabelProblems, dns1123SubdomainProblems } from '../../../../kubernetes/names.js';
import { portNameProblems, portNumber, problemsAt } from '../field-checks.js';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const MOST_CONTROLLER = 250;
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_ENDINGS = ['/..', '/.'];
const WILDCARD = '\\*(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+';
const WILDCARD_RULE =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, " +
  `'-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '${WILDCARD}')`;

/** What is wrong with an Ingress. */
export function ingressProblems({ spec }: Ingress): FieldError[] {
  const rules = spec?.rules ?? [];
  const backend = spec?.defaultBackend;
  const className = spec?.ingressClassName;
  return [
    ...(rules.length === 0 && backend === undefined ? [invalidField('spec', null, 'either `defaultBackend` or `rules` must be specified')] : []),
    ...(backend === undefined ? [] : backendErrors(backend, 'spec.defaultBackend')),
    ...rules.flatMap((rule, index) => ruleErrors(rule, `spec.rules[${index}]`)),
    ...(spec?.tls ?? []).flatMap(({ hosts }, index) =>
      (hosts ?? []).flatMap((host, position) => problemsAt(`spec.tls[${index}].hosts[${position}]`, host, hostProblems(host))),
    ),
    ...(className === undefined ? [] : problemsAt('spec.ingressClassName', className, dns1123SubdomainProblems(className))),
  ];
}

/** What is wrong with an IngressClass. */
export function ingressClassProblems({ spec }: IngressClass): FieldError[] {
  const field = 'spec.controller';
  const controller = spec?.controller ?? '';
  if (controller === '') return [requiredField(field)];
  if (controller.length > MOST_CONTROLLER) return [tooLongField(field, MOST_CONTROLLER)];
  const slash = controller.indexOf('/');
  if (slash === -1 || slash === 0 || slash === controller.length - 1) return [invalidField(field, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  return problemsAt(field, controller.slice(0, slash), dns1123SubdomainProblems(controller.slice(0, slash)));
}

function ruleErrors({ host, http }: IngressRule, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (host !== undefined && host !== '') {
    if (isIP(host) !== 0) errors.push(invalidField(`${at}.host`, host, 'must be a DNS name, not an IP address'));
    errors.push(...problemsAt(`${at}.host`, host, hostProblems(host)));
  }
  if (http === undefined) return errors;
  const paths = http.paths ?? [];
  if (paths.length === 0) errors.push(requiredField(`${at}.http.paths`));
  return [...errors, ...paths.flatMap((path, index) => pathErrors(path, `${at}.http.paths[${index}]`))];
}

function hostProblems(host: string): string[] {
  if (!host.includes('*')) return dns1123SubdomainProblems(host);
  return new RegExp(`^${WILDCARD}$`).test(host) ? [] : [WILDCARD_RULE];
}

function pathErrors({ path = '', pathType, backend }: HTTPIngressPath, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const absolute = (): FieldError[] => (path.startsWith('/') ? [] : [invalidField(`${at}.path`, path, 'must be an absolute path')]);
  if ((pathType ?? '') === '') return [requiredField(`${at}.pathType`, 'pathType must be specified')];
  if (pathType === 'Exact' || pathType === 'Prefix') {
    errors.push(...absolute());
    for (const bad of BAD_SEQUENCES) if (path.includes(bad)) errors.push(invalidField(`${at}.path`, path, `must not contain '${bad}'`));
    for (const bad of BAD_ENDINGS) if (path.endsWith(bad)) errors.push(invalidField(`${at}.path`, path, `cannot end with '${bad}'`));
  } else if (pathType === 'ImplementationSpecific') {
    if (path !== '') errors.push(...absolute());
  } else errors.push(unsupportedField(`${at}.pathType`, pathType, PATH_TYPES));
  return [...errors, ...backendErrors(backend, `${at}.backend`)];
}

function backendErrors({ resource, service }: IngressBackend, at: string): FieldError[] {
  if (resource !== undefined && service !== undefined) return [invalidField(at, '', 'cannot set both resource and service backends')];
  if (resource !== undefined) return [];
  if (service === undefined) return [invalidField(at, '', 'resource or service backend is required')];
  const errors: FieldError[] =
    service.name === '' ? [requiredField(`${at}.service.name`)] : problemsAt(`${at}.service.name`, service.name, dns1123LabelProblems(service.name));
  const { name = '', number = 0 } = service.port ?? {};
  if (name !== '' && number !== 0) errors.push(invalidField(at, '', 'cannot set both port name & port number'));
  else if (name !== '') errors.push(...problemsAt(`${at}.service.port.name`, name, portNameProblems(name)));
  else if (number !== 0) errors.push(...portNumber(`${at}.service.port.number`, number));
  else errors.push(requiredField(at, 'port name or number is required'));
  return errors;
}
