import type { Environment } from '@marcbachmann/cel-js';

/** What a policy asks about access, of whoever makes the request or of a ServiceAccount. */
export interface AccessQuestion {
  readonly verb: string;
  /** Set for questions about another than the one who makes the request. */
  readonly account?: { readonly namespace: string; readonly name: string };
  /** Set for questions about URLs that are no resources. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** What is about to happen to a resource: the question that `authorizer.requestResource` begins with. */
export type RequestedResource = Required<Pick<AccessQuestion, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>>;

/** Answers whether somebody may do something, and why. */
export type Authorize = (question: AccessQuestion) => { readonly allowed: boolean; readonly reason: string };

/** The variable `authorizer` of policies: builds a question step by step, as `authorizer.group('').resource('pods').check('get').allowed()`. */
export class Authorizer {
  readonly #authorize: Authorize;
  readonly #requested: RequestedResource;
  readonly #question: Omit<AccessQuestion, 'verb'>;

  constructor(authorize: Authorize, requested: RequestedResource, question: Omit<AccessQuestion, 'verb'> = {}) {
    this.#authorize = authorize;
    this.#requested = requested;
    this.#question = question;
  }

  /** The resource that the request is about. */
  get requestResource(): Authorizer {
    return this.with(this.#requested);
  }

  with(part: Partial<AccessQuestion>): Authorizer {
    return new Authorizer(this.#authorize, this.#requested, { ...this.#question, ...part });
  }

  check(verb: string): Decision {
    return new Decision(this.#authorize({ ...this.#question, verb }));
  }
}

/** The answer to a question. */
export class Decision {
  readonly allowed: boolean;
  readonly reason: string;

  constructor({ allowed, reason }: { readonly allowed: boolean; readonly reason: string }) {
    this.allowed = allowed;
    this.reason = reason;
  }
}

const STEPS = ['path', 'group', 'resource', 'subresource', 'namespace', 'name'] as const;

/** Teaches an environment the methods of `authorizer`. */
export function registerAuthorizer(environment: Environment): Environment {
  environment.registerType('Authorizer', { ctor: Authorizer, fields: { requestResource: 'Authorizer' } }).registerType('Decision', { ctor: Decision, fields: {} });
  for (const step of STEPS) {
    environment.registerFunction(`Authorizer.${step}(string): Authorizer`, (authorizer: Authorizer, text: string) => authorizer.with({ [step]: text }));
  }
  return environment
    .registerFunction('Authorizer.check(string): Decision', (authorizer: Authorizer, verb: string) => authorizer.check(verb))
    .registerFunction('Authorizer.serviceAccount(string, string): Authorizer', (authorizer: Authorizer, namespace: string, name: string) =>
      authorizer.with({ account: { namespace, name } }),
    )
    .registerFunction('Decision.allowed(): bool', (decision: Decision) => decision.allowed)
    .registerFunction('Decision.errored(): bool', () => false)
    .registerFunction('Decision.error(): string', () => '')
    .registerFunction('Decision.reason(): string', (decision: Decision) => decision.reason);
}
