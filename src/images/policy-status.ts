import { timestamp, withCondition } from '../kubernetes/conditions.js';
import { deepEqual } from '../kubernetes/json.js';
import type { ImagePolicy, ImagePolicyStatus } from '../model/images/image-policy.js';
import type { ImageUpdate } from '../model/images/image-update.js';
import { lastDigest, type PolledMemory } from './image-memory.js';
import type { TagRules } from './matching/tag-rules.js';
import { isEnded, phaseOf } from './updates/phases.js';
import { isProblem, type ImageWorkload, type WorkloadProblem } from './workloads/workload.js';

/** That a registry answered is written down only so often, in milliseconds: each is a write for every policy. */
const POLLED_AT_EVERY = 300_000;

/** What a policy says of itself; undefined where that stands there already. @param problem of the policy itself */
export function policyStatus(policy: ImagePolicy, workload: ImageWorkload | WorkloadProblem, rules: TagRules | undefined, updates: readonly ImageUpdate[], polled: PolledMemory, problem: string | undefined, now: number): ImagePolicyStatus | undefined {
  const { metadata, spec, status: before = {} } = policy;
  const time = timestamp(now);
  const wrong = problem ?? (isProblem(workload) ? workload.problem : undefined);
  const image = isProblem(workload) ? before.image : [...new Set(workload.containers.map(({ text }) => text))].join(', ');
  const waiting = updates.find((each) => !isEnded(each));
  const newest = [...updates].sort((a, b) => b.spec.receivedAt.localeCompare(a.spec.receivedAt) || (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''))[0];
  const message = wrong !== undefined ? sentence(wrong)
    : waiting ? `${waiting.spec.tag}: ${waiting.status?.message ?? 'is looked at.'}`
    : spec.paused ? 'Paused; takes nothing up.'
    : polled.problem !== undefined ? sentence(`The registry did not answer: ${polled.problem}`)
    : `Waits for a new image${spec.poll ? ', and asks the registry for one' : ''}.`;
  const latest = latestOf(rules, updates, polled.latest) ?? before.latest;
  const digest = rules?.sameTag ? lastDigest(image, polled, before) : undefined;
  const { digest: _, ...kept } = before;
  const isTrue = wrong === undefined && polled.problem === undefined;
  const status: ImagePolicyStatus = {
    ...kept, message,
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    ...(image === undefined || image === '' ? {} : { image }),
    ...(latest === undefined ? {} : { latest }),
    ...(digest === undefined ? {} : { digest }),
    ...(newest === undefined ? {} : { update: newest.metadata.name }),
    conditions: [...withCondition(before.conditions, { type: 'Ready', status: isTrue ? 'True' as const : 'False' as const, reason: wrong !== undefined ? (problem === undefined ? 'NoWorkload' : 'Invalid') : isTrue ? 'Watches' : 'NoAnswer', message: isTrue ? 'New images are taken up.' : message, lastTransitionTime: time }, time)],
  };
  const due = polled.at !== undefined && polled.at - Date.parse(before.polledAt ?? '1970-01-01T00:00:00Z') >= POLLED_AT_EVERY;
  const changed = !deepEqual(status, before);
  if (!changed && !due) return undefined;
  return polled.at === undefined ? status : { ...status, polledAt: timestamp(polled.at) };
}

/** The highest tag of what was taken up and of what the registry holds. */
function latestOf(rules: TagRules | undefined, updates: readonly ImageUpdate[], polled: string | undefined): string | undefined {
  const heard = updates.filter((each) => phaseOf(each) !== 'Refused').sort((a, b) => a.spec.receivedAt.localeCompare(b.spec.receivedAt)).map(({ spec }) => spec.tag);
  return [...heard, ...(polled === undefined ? [] : [polled])].reduce<string | undefined>((best, tag) => (best === undefined || (rules?.compare(tag, best) ?? 1) >= 0 ? tag : best), undefined);
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
