import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { configuredRouters } from '../../routers/registry.js';
import { seen, type ClusterFacts } from './facts.js';
import { findingsOf, type Finding } from './finding.js';

type Facts = Pick<ClusterFacts, 'policies' | 'namespaces' | 'virtualServices' | 'ingressClasses' | 'gatewayClasses' | 'productDeployments'>;

/** Whether the products by which policies steer are there. */
export function checkRouting(facts: Facts): Finding[] {
  const policies = seen(facts.policies);
  const using = (name: string): ReleasePolicy[] => policies.filter(({ spec }) => configuredRouters(spec.router).some((router) => router.name === name));
  return [...checkIstio(facts, using('istio')), ...checkIngressNginx(facts, using('ingressNginx')), ...checkGatewayApi(facts, using('gatewayApi'))];
}

const titles = (policies: readonly ReleasePolicy[]): string => policies.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`).join(', ');
const need = (policies: readonly ReleasePolicy[]): string => `${titles(policies)} ${policies.length === 1 ? 'steers' : 'steer'} by it`;

function running({ productDeployments }: Facts, key: string, value: string): boolean | 'unknown' {
  if (typeof productDeployments === 'string') return 'unknown';
  return productDeployments.some(({ metadata, status }: Deployment) => metadata.labels?.[key] === value && (status?.readyReplicas ?? 0) > 0);
}

function checkIstio(facts: Facts, policies: readonly ReleasePolicy[]): Finding[] {
  const { ok, warn, fail } = findingsOf('Istio');
  if (facts.virtualServices === 'unserved') return policies.length === 0 ? [ok('It is not there, and no policy steers by it.')] : [fail(`This cluster has no VirtualServices, and ${need(policies)}.`, 'Install Istio, or choose another router: serin routers lists them.')];
  const isRunning = running(facts, 'app', 'istiod');
  const findings = isRunning === true ? [ok('istiod runs.')]
    : policies.length === 0 ? [ok('Its kinds are there, and no policy steers by it.')]
    : isRunning === 'unknown' ? [warn('You may not list Deployments, so it cannot be seen whether istiod runs.', 'Ask somebody who may.')]
    : [warn(`No ready Deployment with the label app=istiod was found, and ${need(policies)}.`, 'Where istiod runs outside of this cluster all is well; else install it: without it nothing takes over what Serin writes.')];
  const names = new Set(policies.map(({ metadata }) => metadata.namespace ?? ''));
  const bare = seen(facts.namespaces).filter(({ metadata }) => names.has(metadata.name) && !isInjected(metadata.labels)).map(({ metadata }) => metadata.name);
  if (bare.length > 0) {
    findings.push(warn(`${bare.length === 1 ? 'Namespace' : 'Namespaces'} ${bare.join(', ')} ${bare.length === 1 ? 'has' : 'have'} no label by which Istio injects proxies: requests from Pods there may not be split.`, `kubectl label namespace ${bare.join(' ')} istio-injection=enabled, and restart the Pods that call the Service.`));
  }
  return findings;
}

const isInjected = (labels: Readonly<Record<string, string>> = {}): boolean => labels['istio-injection'] === 'enabled' || labels['istio.io/rev'] !== undefined || labels['istio.io/dataplane-mode'] !== undefined;

function checkIngressNginx(facts: Facts, policies: readonly ReleasePolicy[]): Finding[] {
  const { ok, warn, fail } = findingsOf('ingress-nginx');
  const classes = seen(facts.ingressClasses).filter(({ spec }) => /(^|\/)([a-z0-9-]+-)?ingress-nginx$/.test(spec?.controller ?? '')).map(({ metadata }) => metadata.name);
  if (facts.ingressClasses === 'forbidden') return policies.length === 0 ? [] : [warn('You may not list IngressClasses.', 'Ask somebody who may whether there is one whose controller is k8s.io/ingress-nginx.')];
  if (classes.length === 0) return policies.length === 0 ? [ok('No IngressClass is of it, and no policy steers by it.')] : [fail(`No IngressClass is of ingress-nginx, and ${need(policies)}.`, 'Install ingress-nginx, or choose another router: serin routers lists them.')];
  if (policies.length === 0) return [ok(`IngressClass ${classes.join(', ')}.`)];
  const isRunning = running(facts, 'app.kubernetes.io/name', 'ingress-nginx');
  if (isRunning === false) return [warn(`IngressClass ${classes.join(', ')} is there, but no ready Deployment with the label app.kubernetes.io/name=ingress-nginx was found.`, 'Where it runs as a DaemonSet or outside of this cluster all is well; else install it.')];
  return [ok(`IngressClass ${classes.join(', ')}${isRunning === true ? ', and its controller runs' : ''}.`)];
}

function checkGatewayApi({ gatewayClasses }: Facts, policies: readonly ReleasePolicy[]): Finding[] {
  const { ok, warn, fail } = findingsOf('Gateway API');
  if (gatewayClasses === 'unserved') return policies.length === 0 ? [ok('It is not there, and no policy steers by it.')] : [fail(`This cluster does not know the Gateway API, and ${need(policies)}.`, 'Install its definitions and a controller for them, or choose another router: serin routers lists them.')];
  if (gatewayClasses === 'forbidden') return policies.length === 0 ? [] : [warn('You may not list GatewayClasses.', 'Ask somebody who may whether one is accepted.')];
  const accepted = gatewayClasses.filter(({ status }) => isConditionTrue(status?.conditions, 'Accepted')).map(({ metadata }) => metadata.name);
  const waiting = gatewayClasses.filter(({ metadata }) => !accepted.includes(metadata.name)).map(({ metadata }) => metadata.name);
  if (accepted.length === 0 && policies.length > 0) return [fail(`No GatewayClass is accepted, and ${need(policies)}.`, waiting.length > 0 ? `No controller serves ${waiting.join(', ')}: install one, or correct spec.controllerName.` : 'Install a controller of the Gateway API.')];
  if (waiting.length > 0) return [warn(`No controller has accepted GatewayClass ${waiting.join(', ')}.`, 'Install one, or correct spec.controllerName.')];
  return [ok(accepted.length === 0 ? 'Its kinds are there, and no policy steers by it.' : `GatewayClass ${accepted.join(', ')} ${accepted.length === 1 ? 'is' : 'are'} accepted.`)];
}
