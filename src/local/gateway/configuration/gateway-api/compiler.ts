import { Certificates } from './certificates.js';
import { GatewayApiRoutes } from './gateway-api.js';
import type { GatewayApiObjects } from './objects.js';
import { RouteProblems } from './supported.js';

/** Compiles Gateway API's objects, and only when one of them has changed: endpoints, which change the most, are not among them. */
export class GatewayApiCompiler {
  readonly #certificates = new Certificates();
  readonly #problems = new RouteProblems();
  #last: { readonly objects: GatewayApiObjects; readonly routes: GatewayApiRoutes } | undefined;

  compile(objects: GatewayApiObjects): GatewayApiRoutes {
    if (this.#last === undefined || !same(this.#last.objects, objects)) this.#last = { objects, routes: new GatewayApiRoutes(objects, this.#certificates, this.#problems) };
    return this.#last.routes;
  }
}

/** Whether both hold the very same objects: the informers hand out a new one when it changes. */
function same(a: GatewayApiObjects, b: GatewayApiObjects): boolean {
  return (Object.keys(a) as (keyof GatewayApiObjects)[]).every((key) => a[key].length === b[key].length && a[key].every((object, index) => object === b[key][index]));
}
