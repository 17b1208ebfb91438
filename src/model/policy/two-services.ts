import { Type, type Static } from 'typebox';
import { MapOf, StringEnum } from '../../schema/typebox.js';
import { Name } from './fields.js';

const Port = (description: string) => Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description }));

/** What is split between the two Services: shares, everything at once, or nothing but Pods. */
export const twoServicesModes = ['weights', 'switch', 'pods'] as const;
export type TwoServicesMode = (typeof twoServicesModes)[number];

const VirtualService = Type.Object(
  {
    name: Name('The VirtualService.'),
    namespace: Type.Optional(Name('Its namespace; the one of the policy when absent. Another one must allow it by the annotation serin.dev/allow-release-from.')),
    routes: Type.Optional(Type.Array(Name('Name of an http route.'), { maxItems: 64, description: 'These http routes; the one that names both versions when absent.' })),
    tls: Type.Optional(
      Type.Array(Type.Object({ port: Port('The one port that its matches have; none when absent.'), sniHosts: Type.Optional(Type.Array(Name('A host name.'), { maxItems: 64, description: 'All host names that its matches have.' })) }), {
        maxItems: 16,
        description: 'These tls routes; the one that names both versions when absent.',
      }),
    ),
    tcp: Type.Optional(Type.Array(Type.Object({ port: Port('The one port that its matches have; none when absent.') }), { maxItems: 16, description: 'These tcp routes; the one that names both versions when absent.' })),
  },
  { description: 'A VirtualService whose routes name both versions already.' },
);

/** Two Services that users keep, one for each version. */
export const TwoServicesRouterSchema = Type.Object(
  {
    mode: StringEnum(twoServicesModes, { description: 'weights: requests are split in shares by what is named here. switch: the Service stable goes over to the other version at once. pods: the Services only follow their versions; shares are what Pod counts show.' }),
    stable: Type.Optional(Name('The Service that leads to the stable version. In blue/green the one that users reach.')),
    canary: Type.Optional(Name('The Service that leads to the canary, and at rest to the stable version as well. In blue/green the one for previews, which always leads to the newest version.')),
    serviceAnnotations: Type.Optional(MapOf(Type.String(), { description: 'Annotations that the Services and the DestinationRule carry while Serin leads them.' })),
    owner: Type.Optional(
      Type.Object({ apiVersion: Name('Its API version.'), kind: Name('Its kind.'), name: Name('Its name.'), uid: Name('Its UID.') }, { description: 'Who controls the Ingresses that Serin makes. They stay, at weight 0, when a release has ended; without an owner they go.' }),
    ),
    ingresses: Type.Optional(
      Type.Array(Type.Object({ name: Name('The Ingress that leads to the Service stable; it is never changed.'), canaryName: Name('Name of the canary Ingress that Serin makes beside it.') }), {
        minItems: 1,
        maxItems: 32,
        description: 'Ingresses of ingress-nginx.',
      }),
    ),
    annotationPrefix: Type.Optional(Name('Prefix of the annotations of ingress-nginx when it is not nginx.ingress.kubernetes.io.')),
    canaryAnnotations: Type.Optional(MapOf(Type.String(), { description: 'More annotations of canary Ingresses, as they are.' })),
    weightTotal: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'What weights of canary Ingresses are parts of; 100 when absent, or 1000 where a share is no whole per cent.' })),
    virtualServices: Type.Optional(Type.Array(VirtualService, { minItems: 1, maxItems: 32, description: 'VirtualServices of Istio.' })),
    destinationRule: Type.Optional(
      Type.Object(
        {
          name: Name('The DestinationRule.'),
          stableSubset: Name('The subset of the stable version.'),
          canarySubset: Name('The subset of the canary.'),
          otherSubsets: Type.Optional(Type.Array(Name('A subset.'), { maxItems: 64, description: 'Subsets of other programs whose weights are left alone without a word.' })),
        },
        { description: 'VirtualServices tell versions by subsets of this DestinationRule, whose labels Serin sets, in place of Services.' },
      ),
    ),
    managedRoutes: Type.Optional(Type.Array(Name('A route.'), { maxItems: 64, description: 'Names of http routes that Serin makes for matches and copies, in the order in which they stand before all others.' })),
    routes: Type.Optional(
      Type.Array(
        Type.Object({
          kind: Type.Optional(StringEnum(['HTTPRoute', 'GRPCRoute'] as const, { description: 'HTTPRoute when absent.' })),
          name: Name('The route.'),
          namespace: Type.Optional(Name('Its namespace; the one of the policy when absent. Another one must allow it by a ReferenceGrant.')),
        }),
        { minItems: 1, maxItems: 32, description: 'Routes of the Gateway API that name both Services already.' },
      ),
    ),
    alternate: Type.Optional(Type.Boolean({ description: 'The Services take turns: a release that goes well leaves the weights with canary, so that nobody who is served goes over. Whoever keeps the policy then names the two the other way round.' })),
    settleSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 600, description: 'How long a product is given to take over a change where objects carry no status.' })),
  },
  {
    description: 'Two Services that you keep: Serin leads each to one version, and moves the weights of what names both.',
    'x-kubernetes-validations': [
      { rule: "self.mode != 'switch' || has(self.stable)", message: 'name the Service that users reach under stable' },
      { rule: "self.mode == 'weights' || !(has(self.ingresses) || has(self.virtualServices) || has(self.routes))", message: 'only mode weights splits by Ingresses, VirtualServices and routes' },
      { rule: "self.mode != 'weights' || has(self.ingresses) || has(self.virtualServices) || has(self.routes)", message: 'name what splits the requests: ingresses, virtualServices or routes' },
      { rule: "self.mode != 'weights' || has(self.stable) == has(self.canary)", message: 'name both Services, or neither where a destinationRule tells versions' },
      { rule: "self.mode != 'weights' || has(self.stable) || (has(self.destinationRule) && !has(self.ingresses) && !has(self.routes))", message: 'name both Services: stable and canary' },
      { rule: '!has(self.stable) || !has(self.canary) || self.stable != self.canary', message: 'stable and canary must be two Services' },
      { rule: '!has(self.destinationRule) || has(self.virtualServices)', message: 'a destinationRule needs virtualServices that name its subsets' },
      { rule: '!has(self.destinationRule) || self.destinationRule.stableSubset != self.destinationRule.canarySubset', message: 'stableSubset and canarySubset must be two subsets' },
      { rule: "!has(self.alternate) || !self.alternate || (self.mode == 'weights' && has(self.stable) && !has(self.ingresses) && !has(self.destinationRule))", message: 'only two Services that virtualServices or routes name can take turns' },
      { rule: '!has(self.managedRoutes) || has(self.virtualServices) || has(self.routes)', message: 'managedRoutes are made beside routes of virtualServices, and as rules of routes' },
    ],
  },
);
export type TwoServicesConfig = Static<typeof TwoServicesRouterSchema>;
