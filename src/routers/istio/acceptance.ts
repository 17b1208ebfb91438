import type { FoundObject } from '../router.js';
import type { Acceptance } from '../stages.js';
import { DEFAULT_SETTLE_SECONDS, type DestinationRule, type IstioConfig, type VirtualService } from './objects.js';

/**
 * Whether Istio has taken over the present generation of an object. Where it writes a status (condition `Reconciled`, off by
 * default) that is believed; elsewhere it is given time, because nothing tells.
 */
export function acceptanceOf({ object, unchangedSince }: FoundObject & { object: VirtualService | DestinationRule }, now: number, config: IstioConfig): Acceptance {
  const { status, metadata } = object;
  const title = `${object.kind} ${metadata.name}`;
  const reconciled = status?.conditions?.find(({ type }) => type === 'Reconciled');
  const observed = reconciled?.observedGeneration ?? status?.observedGeneration;
  const current = observed === undefined || Number(observed) >= (metadata.generation ?? 0);

  const refusal = current ? refusalOf(object) : undefined;
  if (refusal !== undefined) {
    const problem = { place: title, problem: `refused: ${refusal}`, remedy: `change ${title} so that it is taken, or abort the release` };
    return { accepted: false, waitsFor: `${title} is refused: ${refusal}`, problem };
  }
  if (reconciled && observed !== undefined) {
    if (!current) return { accepted: false, waitsFor: `Istio has not read ${title} as it is now (its status is of generation ${observed})` };
    if (reconciled.status === 'True') return { accepted: true };
    return { accepted: false, waitsFor: `Istio is handing out ${title}${reconciled.message ? `: ${reconciled.message}` : ''}` };
  }
  const seconds = config.settleSeconds ?? DEFAULT_SETTLE_SECONDS;
  const settled = unchangedSince + seconds * 1000;
  if (now >= settled) return { accepted: true };
  return { accepted: false, waitsFor: `${title} has changed, and Istio is given ${seconds} s to hand it out`, waitsUntil: settled };
}

function refusalOf({ status }: VirtualService | DestinationRule): string | undefined {
  const condition = status?.conditions?.find(
    // While Istio is only handing out, `Reconciled` is False without a reason.
    ({ type, status: value, reason }) => value === 'False' && (type === 'Accepted' || (type === 'Reconciled' && (reason ?? '') !== '')),
  );
  if (condition) return [condition.reason, condition.message].filter(Boolean).join(': ') || 'no reason given';
  const message = status?.validationMessages?.find(({ level }) => level === 'ERROR');
  return message && [message.type?.code, message.type?.name].filter(Boolean).concat(message.documentationUrl ?? []).join(' ');
}
