import type { Application } from '../../frontends/kubevela/application.js';
import { leaves } from './operations.js';

/** What keeps the Application from being what its spec asks for. The other conditions say what the workflow's message says. */
export function noticesOf({ status }: Application): string[] {
  return (status?.conditions ?? []).flatMap(({ type, status: value, reason, message }) => {
    const holds = value === 'True' ? type === 'Drift' : REFUSALS.includes(type) || (type === 'Ready' && reason === 'OtherController');
    return holds && message !== undefined && message !== '' ? [message] : [];
  });
}

const REFUSALS = ['Parsed', 'Revision', 'Policy', 'Render'];

/** Whether the status is of the present spec; what it says of another one says nothing of this. */
export const isSeen = ({ metadata, status }: Application): boolean => (status?.observedGeneration ?? Infinity) >= (metadata.generation ?? 0);

/** In one sentence what the Application does or waits for, and which command leads on. */
export function messageOf(app: Application): string {
  const { metadata: { name }, status } = app;
  const conditions = status?.conditions ?? [];
  if (conditions.some(({ type, reason }) => type === 'Ready' && reason === 'OtherController')) return 'Somebody else looks after it, so nothing of it is touched.';
  if (!isSeen(app)) return 'Waits for the controller to take notice of the new spec.';
  if (conditions.some(({ type, status: value }) => type === 'Parsed' && value === 'False')) return 'It cannot be run as it is, so nothing of it is touched. Correct the manifest and apply it again.';
  const { workflow } = status ?? {};
  if (workflow === undefined) return 'Waits for the controller to take notice; it must run with --frontends=kubevela.';
  const said = workflow.message ?? '';
  const failed = leaves(workflow.steps).find(({ phase, reason }) => phase === 'failed' && reason !== 'Terminate');
  if (workflow.finished && workflow.status === 'failed' && failed !== undefined) return sentences(said, `Try it again with: serin app restart ${name} --step ${failed.name ?? failed.id}.`);
  if (workflow.terminated) return sentences(said, `Go back with: serin app rollback ${name}; begin anew with: serin app restart ${name}.`);
  if (workflow.suspend) return sentences(said, `Go on with: serin app resume ${name}.`);
  if (said !== '') return said;
  return workflow.finished ? 'All steps are done.' : 'The workflow is under way.';
}

const sentences = (...texts: readonly string[]): string => texts.filter((text) => text !== '').join(' ');
