import { equalSplits, type Split } from '../../model/split.js';
import { capabilities, type Capability, type Claim, type Router, type RoutingPlan, type Stage, type Support } from '../router.js';

interface Configured {
  readonly router: Router;
  readonly config: unknown;
}

/**
 * Several routers as one: all of them are given the same split, their stages one router after the other. A capability is
 * one of the whole only when each has it; a share counts as written or accepted when all say the same.
 */
export function severalRouters(members: readonly Configured[]): { readonly router: Router; readonly config: readonly unknown[] } {
  const each = <T>(ask: (router: Router, config: unknown) => T): T[] => members.map(({ router, config }) => ask(router, config));
  const router: Router = {
    name: each(({ name }) => name).join(' and '),
    watches: [...new Map(each(({ watches }) => watches).flat().map((resource) => [`${resource.group}/${resource.plural}`, resource])).values()],
    capabilities: Object.fromEntries(capabilities.map((capability) => [capability, common(members, capability)])) as Record<Capability, Support>,
    check: (_config, found, context) => each((member, config) => member.check(config, found, context)).flat(),
    inexpressible: (_config, split, context) => each((member, config) => member.inexpressible?.(config, split, context) ?? []).flat(),
    unreachable: (_config, shares, replicas) => each((member, config) => member.unreachable(config, shares, replicas)).flat(),
    write: (_config, split, found, claims, context) => together(each((member, config) => member.write(config, split, found, claims, context))),
    read(_config, found, claims, context) {
      const states = each((member, config) => member.read(config, found, claims, context));
      return {
        written: agreed(states.map(({ written }) => written)),
        accepted: agreed(states.map(({ accepted }) => accepted)),
        problems: states.flatMap(({ problems }) => problems),
      };
    },
    release: (_config, found, claims, context) => together(each((member, config) => member.release(config, found, claims, context))),
  };
  return { router, config: each((_, config) => config) };
}

function common(members: readonly Configured[], capability: Capability): Support {
  const lacking = members.find(({ router }) => !router.capabilities[capability].supported);
  if (lacking) return { supported: false, note: `${lacking.router.name}: ${lacking.router.capabilities[capability].note ?? 'it cannot'}` };
  const notes = members.flatMap(({ router }) => router.capabilities[capability].note ?? []);
  return { supported: true, ...(notes.length > 0 ? { note: [...new Set(notes)].join('; ') } : {}) };
}

/** Stages one after the other; each router's claims are among all, so the longest word on each object counts once. */
function together(plans: readonly RoutingPlan[]): RoutingPlan {
  const claims = new Map<string, Claim>();
  for (const claim of plans.flatMap((plan) => plan.claims)) claims.set(`${claim.kind}/${claim.namespace ?? ''}/${claim.name}`, claim);
  const stages: Stage[] = plans.flatMap((plan) => plan.stages);
  return { stages, claims: [...claims.values()] };
}

function agreed(splits: readonly (Split | undefined)[]): Split | undefined {
  const [first] = splits;
  return splits.every((split) => equalSplits(split, first)) ? first : undefined;
}
