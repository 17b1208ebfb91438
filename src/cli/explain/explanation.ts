import { abortSection } from './abort.js';
import { audienceSection } from './audience.js';
import { borrowedSection } from './borrowed.js';
import type { Facts, Section } from './facts.js';
import { podsSection } from './pods.js';
import { lastSection, presentSection } from './present.js';
import { requestSection, type RequestMarks } from './request.js';

/** Everything about a release, or a policy at rest, in plain words; first the answer to a request that was asked about. Pure. */
export function explanation(facts: Facts, marks: RequestMarks): Section[] {
  const asked = marks.cookies.length + marks.headers.length > 0;
  return [
    ...(asked ? [requestSection(facts, marks)] : []),
    presentSection(facts),
    audienceSection(facts),
    podsSection(facts),
    abortSection(facts),
    borrowedSection(facts),
    lastSection(facts),
  ];
}
