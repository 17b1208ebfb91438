import type { Colours } from '../output/colours.js';
import { formatShare } from '../output/quantities.js';
import { formatSpan } from '../output/times.js';
import { treeLines, type TreeNode } from '../output/tree.js';
import { podNode } from '../status/tree.js';
import type { ApplicationView, ComponentView, RevisionView, StepView } from './view.js';

const GOOD = ['running', 'succeeded'];
const BAD = ['workflowFailed', 'workflowTerminated', 'unhealthy', 'failed', 'terminated'];

/** The status of an Application as lines for a person; the last one says what it waits for. @param now milliseconds since the epoch */
export function applicationLines(view: ApplicationView, now: number, colours: Colours): string[] {
  const { name, phase, revision, workflow, components, notices, message } = view;
  const colour = GOOD.includes(phase) ? colours.good : BAD.includes(phase) ? colours.bad : colours.warning;
  const root: TreeNode = {
    text: `${colours.strong(`application ${name}`)}  ${colour(phase || 'new')}  ${colours.faint(revision ?? '')}`.trimEnd(),
    children: [
      ...notices.map((text) => ({ text: colours.warning(text) })),
      { text: workflowText(workflow, now, colours), children: workflow.steps.map((step) => stepNode(step, colours)) },
      ...components.map((component) => componentNode(component, colours)),
    ],
  };
  return [...treeLines(root), '', message];
}

function workflowText({ phase, startedAt, endedAt }: ApplicationView['workflow'], now: number, colours: Colours): string {
  const colour = phase === 'succeeded' ? colours.good : BAD.includes(phase) ? colours.bad : colours.warning;
  const span = formatSpan(startedAt, endedAt, now);
  return `workflow  ${colour(phase)}  ${colours.faint(span === '' ? '' : `${endedAt === undefined ? 'for' : 'took'} ${span}`)}`.trimEnd();
}

function stepNode({ name, type, phase, reason, message, subSteps }: StepView, colours: Colours): TreeNode {
  const children = subSteps.map((step) => stepNode(step, colours));
  const said = message === undefined ? '' : `  ${message}`;
  const text = name === type ? name : `${name}  ${colours.faint(type)}`;
  switch (phase) {
    case 'succeeded':
      return { text: `${colours.good('✓')} ${text}`, children };
    case 'failed':
      return { text: `${colours.bad('✗')} ${text}  ${colours.bad(`failed${reason === undefined ? '' : ` (${reason})`}`)}${said}`, children };
    case 'skipped':
      return { text: `${colours.faint('-')} ${colours.faint(`${name}  ${type}  skipped`)}${said}`, children };
    case 'pending':
      return { text: `${colours.faint(`· ${name}  ${type}`)}${said}`, children };
    default:
      return { text: `${colours.warning('▶')} ${colours.strong(text)}  ${colours.warning(phase)}${said}`, children };
  }
}

function componentNode({ name, type, healthy, message, revisions, release }: ComponentView, colours: Colours): TreeNode {
  const health = healthy === undefined ? '' : healthy ? colours.good('healthy') : colours.warning('not healthy');
  return {
    text: [`component ${colours.strong(name)}`, colours.faint(type), health, release === undefined ? '' : `release ${release}`, message].filter((text) => text !== '').join('  '),
    children: revisions.map((revision) => revisionNode(revision, colours)),
  };
}

function revisionNode({ revision, images, ready, wanted, share, pods, troubles }: RevisionView, colours: Colours): TreeNode {
  const colour = ready < wanted ? colours.warning : (text: string): string => text;
  return {
    text: [revision, colours.faint(images.join(', ')), colour(`${ready} of ${wanted} ready`), share === undefined ? '' : `${formatShare(share)} of the requests`].filter((text) => text !== '').join('  '),
    children: [...pods.map((pod) => podNode(pod, colours)), ...troubles.map((text) => ({ text: colours.bad(text) }))],
  };
}
