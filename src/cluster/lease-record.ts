import type { Lease } from '../kubernetes/generated/coordination-v1.js';
import type { ObjectName } from '../kubernetes/objects.js';
import { microTime } from './micro-time.js';

/** Whose a lease is, judged by our own clock alone: the holder's may be wrong. */
export class LeaseView {
  #seen = '';
  #seenAt = 0;

  /**
   * @param now monotonic milliseconds
   * @returns how many milliseconds the holder still has; 0 when the lease is free or has run out
   */
  remaining({ metadata, spec }: Lease, now: number): number {
    const record = `${metadata.uid ?? ''} ${spec.holderIdentity ?? ''} ${spec.renewTime ?? ''} ${spec.leaseTransitions ?? 0}`;
    if (record !== this.#seen) {
      this.#seen = record;
      this.#seenAt = now;
    }
    if (spec.holderIdentity === undefined || spec.holderIdentity === '') return 0;
    return Math.max(0, this.#seenAt + (spec.leaseDurationSeconds ?? 0) * 1000 - now);
  }
}

/** A lease that nobody held before. @param now milliseconds since the epoch */
export function newLease({ name, namespace }: ObjectName, identity: string, epoch: number, durationSeconds: number, now: number): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: durationSeconds,
      acquireTime: microTime(now),
      renewTime: microTime(now),
      leaseTransitions: epoch,
    },
  };
}

/** The lease taken over: a new holder, a new epoch. */
export function takenLease(lease: Lease, identity: string, epoch: number, durationSeconds: number, now: number): Lease {
  const time = microTime(now);
  return {
    ...lease,
    spec: {
      ...lease.spec,
      holderIdentity: identity,
      leaseDurationSeconds: durationSeconds,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: epoch,
    },
  };
}

export function renewedLease(lease: Lease, now: number): Lease {
  return { ...lease, spec: { ...lease.spec, renewTime: microTime(now) } };
}

/** The lease given back: whoever looks next may take it. */
export function releasedLease(lease: Lease, now: number): Lease {
  return { ...lease, spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) } };
}
