import type { ImagePolicySpec } from '../../model/images/image-policy.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import { parseImage } from './image-reference.js';
import { TagRuleError } from './tag-rule-error.js';
import { tagRules, type TagRules } from './tag-rules.js';

/** What is wrong with an ImagePolicy that its schema lets pass, and cannot say. */
export function imagePolicyProblems(spec: ImagePolicySpec): PolicyProblem[] {
  const { tags, image, poll, events, mode, approval } = spec;
  const problems: PolicyProblem[] = [];
  const reference = image === undefined ? undefined : parseImage(image);
  if (image !== undefined && (!reference || reference.repository !== image)) {
    problems.push({ path: ['spec', 'image'], problem: `"${image}" is no repository.`, remedy: 'Write it without tag and digest, such as 10.0.0.5:5000/shop/web.' });
  }
  if (tags.sameTag === false && [tags.semver, tags.glob, tags.regexp, tags.level].every((each) => each === undefined)) {
    problems.push({ path: ['spec', 'tags', 'sameTag'], problem: 'says that no tag counts.', remedy: 'Write sameTag: true, or one of semver, glob, regexp, level.' });
    return problems;
  }
  const rules = readRules(spec, problems);
  if (rules && poll && !rules.chooses) {
    problems.push(tags.level === 'force'
      ? { path: ['spec', 'poll'], problem: 'cannot choose among all tags of a registry.', remedy: 'Write another level, or a glob or regexp with an order; or leave poll out and rely on webhooks.' }
      : { path: ['spec', 'tags', 'order'], problem: 'is missing: polling has to choose one of many tags.', remedy: 'Write order: semver, numerical or alphabetical.' });
  }
  if (tags.order !== undefined && tags.glob === undefined && tags.regexp === undefined) {
    problems.push({ path: ['spec', 'tags', 'order'], problem: 'is only for glob and regexp.', remedy: 'Leave it out: versions have an order of their own.', severity: 'warning' });
  }
  if (events === false && !poll) problems.push({ path: ['spec', 'events'], problem: 'is false and nothing is polled, so no image is ever taken up.', remedy: 'Write poll: {}, or leave events out.', severity: 'warning' });
  if (mode === 'Report' && approval) problems.push({ path: ['spec', 'approval'], problem: 'is never asked for: mode Report changes nothing.', remedy: 'Leave it out, or write mode: Update.', severity: 'warning' });
  return problems;
}

function readRules({ tags }: ImagePolicySpec, problems: PolicyProblem[]): TagRules | undefined {
  try {
    return tagRules(tags);
  } catch (error) {
    if (!(error instanceof TagRuleError)) throw error;
    const field = (['semver', 'glob', 'regexp'] as const).find((each) => tags[each] !== undefined);
    problems.push({ path: ['spec', 'tags', ...(field === undefined ? [] : [field])], problem: `${error.message.replace(/^(semver|glob|regexp) /, '')}.`, remedy: error.remedy });
    return undefined;
  }
}
