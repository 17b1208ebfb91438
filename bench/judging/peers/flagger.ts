import type { Random } from '../../../src/ports/random.js';
import { binomial } from '../draws.js';
import type { Exposure, Fault } from './exposure.js';

/** The numbers of a Flagger canary. */
export interface FlaggerCanary {
  /** Seconds. */
  readonly interval: number;
  readonly threshold: number;
  readonly stepWeight: number;
  readonly maxWeight: number;
  /** `request-success-rate` at least this, 0 to 1. */
  readonly successRate: number;
}

/** The example of the Istio tutorial. */
export const istioTutorial: FlaggerCanary = { interval: 60, threshold: 5, stepWeight: 10, maxWeight: 50, successRate: 0.99 };
/** The example of "How it works". */
export const howItWorks: FlaggerCanary = { interval: 60, threshold: 10, stepWeight: 5, maxWeight: 50, successRate: 0.99 };

/**
 * A release under Flagger, tick by tick: failed checks add up and are compared with the threshold at the start of the next tick; a check
 * that succeeds raises the weight. Traffic begins with the tick that shifts it first. Metrics are taken to be exact and without delay.
 * @param canaryFails tells the canary's error rate by seconds since its first request
 */
export function flagger(random: Random, canary: FlaggerCanary, perSecond: number, canaryFails: Fault): Exposure {
  let [weight, failed, hurt, met] = [canary.stepWeight, 0, 0, 0];
  for (let at = canary.interval; ; at += canary.interval) {
    const requests = Math.round((perSecond * canary.interval * weight) / 100);
    const bad = binomial(random, requests, canaryFails(at - canary.interval / 2));
    hurt += bad;
    met += requests;
    if (failed >= canary.threshold) return { outcome: 'rolled back', seconds: at, hurt, met };
    if (1 - bad / requests < canary.successRate) failed++;
    else if (weight >= canary.maxWeight) return { outcome: 'promoted', seconds: at, hurt, met };
    else weight += canary.stepWeight;
  }
}
