import type { HorizontalPodAutoscalerCondition } from '../../../kubernetes/generated/autoscaling-v2.js';

/** The conditions of one pass: what is set again keeps its time while its status stays. */
export class AutoscalerConditions {
  #list: readonly HorizontalPodAutoscalerCondition[];
  readonly #before: readonly HorizontalPodAutoscalerCondition[];
  readonly #now: string;

  /** @param now RFC 3339 */
  constructor(before: readonly HorizontalPodAutoscalerCondition[] = [], now: string) {
    this.#before = before;
    this.#list = before;
    this.#now = now;
  }

  get list(): HorizontalPodAutoscalerCondition[] {
    return [...this.#list];
  }

  set(type: string, status: 'True' | 'False', reason: string, message: string): void {
    const known = this.#before.find((condition) => condition.type === type);
    const since = known?.status === status ? known.lastTransitionTime : undefined;
    const condition = { type, status, lastTransitionTime: since ?? this.#now, reason, message };
    const present = this.#list.some((each) => each.type === type);
    this.#list = present ? this.#list.map((each) => (each.type === type ? condition : each)) : [...this.#list, condition];
  }
}
