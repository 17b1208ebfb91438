import type { Environment } from '@marcbachmann/cel-js';

/** What a policy asks about access. */
export interface AccessQuestion {
  readonly user: string;
  readonly verb: string;
  /** Set for questions about URLs that are no resources. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Answers whether somebody may do something. */
export type Authorize = (question: AccessQuestion) => boolean;

/** The variable `authorizer` of policies: builds a question step by step, as `authorizer.group('').resource('pods').check('get').allowed()`. */
export class Authorizer {
  readonly #authorize: Authorize;
  readonly #question: Omit<AccessQuestion, 'verb'>;

  constructor(authorize: Authorize, question: Omit<AccessQuestion, 'verb'>) {
    this.#authorize = authorize;
    this.#question = question;
  }

  with(part: Partial<AccessQuestion>): Authorizer {
    return new Authorizer(this.#authorize, { ...this.#question, ...part });
  }

  check(verb: string): Decision {
    return new Decision(this.#authorize({ ...this.#question, verb }));
  }
}

/** The answer to a question. */
export class Decision {
  readonly allowed: boolean;

  constructor(allowed: boolean) {
    this.allowed = allowed;
  }
}

const STEPS = ['path', 'group', 'resource', 'subresource', 'namespace', 'name'] as const;

/** Teaches an environment the methods of `authorizer`. */
export function registerAuthorizer(environment: Environment): Environment {
  environment.registerType('Authorizer', { ctor: Authorizer, fields: {} }).registerType('Decision', { ctor: Decision, fields: {} });
  for (const step of STEPS) {
    environment.registerFunction(`Authorizer.${step}(string): Authorizer`, (authorizer: Authorizer, text: string) => authorizer.with({ [step]: text }));
  }
  return environment
    .registerFunction('Authorizer.check(string): Decision', (authorizer: Authorizer, verb: string) => authorizer.check(verb))
    .registerFunction('Authorizer.serviceAccount(string, string): Authorizer', (authorizer: Authorizer, namespace: string, name: string) =>
      authorizer.with({ user: `system:serviceaccount:${namespace}:${name}` }),
    )
    .registerFunction('Decision.allowed(): bool', (decision: Decision) => decision.allowed)
    .registerFunction('Decision.errored(): bool', () => false)
    .registerFunction('Decision.reason(): string', () => '');
}
