import { equalSplits, type Split } from '../../model/split.js';
import type { Role, VersionTarget } from '../../model/version.js';
import { inOrder } from '../canary-service/stages.js';
import { capabilities, type Capability, type Claim, type ReleaseContext, type Router, type RouterContext, type RoutingPlan, type Support } from '../router.js';

interface Configured {
  readonly router: Router;
  readonly config: unknown;
}

/**
 * Several routers as one: all of them are given the same split, their stages one router after the other. A capability is
 * one of the whole only when each has it; a share counts as written or accepted when all say the same.
 *
 * Behind a Service that one of them pins to a version there is no other version to choose: those beside it split between the
 * same two Services, and come after it, because it makes the canary's.
 */
export function severalRouters(configured: readonly Configured[]): { readonly router: Router; readonly config: readonly unknown[] } {
  const members = [...configured.filter(({ router }) => router.pinsService), ...configured.filter(({ router }) => !router.pinsService)];
  const pinned = members.some(({ router }) => router.pinsService);
  const told = (member: Router, context: RouterContext): RouterContext => ({ ...(pinned && !member.pinsService ? byServices(context) : context), amongSeveral: true });
  const toldAtEnd = (member: Router, context: ReleaseContext): ReleaseContext => (pinned && !member.pinsService ? leavingServices(context) : context);
  const each = <T>(ask: (router: Router, config: unknown) => T): T[] => members.map(({ router, config }) => ask(router, config));
  const router: Router = {
    name: configured.map((member) => member.router.name).join(' and '),
    watches: [...new Map(each(({ watches }) => watches).flat().map((resource) => [`${resource.group}/${resource.plural}`, resource])).values()],
    capabilities: Object.fromEntries(capabilities.map((capability) => [capability, common(members, capability)])) as Record<Capability, Support>,
    check: (_config, found, context) => each((member, config) => member.check(config, found, context)).flat(),
    inexpressible: (_config, split, context, found) => each((member, config) => member.inexpressible?.(config, split, context, found) ?? []).flat(),
    unreachable: (_config, shares, replicas) => each((member, config) => member.unreachable(config, shares, replicas)).flat(),
    write: (_config, split, found, claims, context) => together(claims, each((member, config) => (known) => member.write(config, split, found, known, told(member, context)))),
    read(_config, found, claims, context) {
      const states = each((member, config) => member.read(config, found, claims, told(member, context)));
      return {
        written: agreed(states.map(({ written }) => written)),
        accepted: agreed(states.map(({ accepted }) => accepted)),
        problems: states.flatMap(({ problems }) => problems),
      };
    },
    release: (_config, found, claims, context) => together(claims, each((member, config) => (known) => member.release(config, found, known, toldAtEnd(member, context)))),
  };
  return { router, config: each((_, config) => config) };
}

/** The versions by the Services that lead to them. */
function byServices<Context extends ReleaseContext>(context: Context): Context & Pick<RouterContext, 'versions'> {
  const unknown: VersionTarget = { hash: '', readyPods: 0, podLabels: {} };
  const versions: Readonly<Record<Role, VersionTarget>> = context.versions ?? { stable: unknown, canary: unknown };
  if (context.service === '' || versions.stable.service !== undefined) return { ...context, versions };
  return { ...context, versions: { stable: { ...versions.stable, service: context.service }, canary: { ...versions.canary, service: context.canaryService } } };
}

/** Services that only the release needs are left at its end, whichever version leads. */
function leavingServices(context: ReleaseContext): ReleaseContext {
  return context.service === '' || context.versions?.stable.service !== undefined ? context : { ...byServices(context), after: { lead: 'stable' } };
}

function common(members: readonly Configured[], capability: Capability): Support {
  const lacking = members.find(({ router }) => !router.capabilities[capability].supported);
  if (lacking) return { supported: false, note: `${lacking.router.name}: ${lacking.router.capabilities[capability].note ?? 'it cannot'}` };
  const notes = members.flatMap(({ router }) => router.capabilities[capability].note ?? []);
  return { supported: true, ...(notes.length > 0 ? { note: [...new Set(notes)].join('; ') } : {}) };
}

/** Helpers such as a canary Service may be used by several routers, so they are tidied away when all are done. */
const TIDY = 'tidy';

/** Stages one after the other, with helpers tidied away at last; each router knows the claims of those before it. */
function together(recorded: readonly Claim[], plans: readonly ((claims: readonly Claim[]) => RoutingPlan)[]): RoutingPlan {
  const { stages, claims } = inOrder(recorded, ...plans);
  return { stages: [...stages.filter(({ name }) => name !== TIDY), ...stages.filter(({ name }) => name === TIDY)], claims };
}

function agreed(splits: readonly (Split | undefined)[]): Split | undefined {
  const [first] = splits;
  return splits.every((split) => equalSplits(split, first)) ? first : undefined;
}
