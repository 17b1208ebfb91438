import { chooseRepresentation } from '../serving/negotiation.js';
import type { Answer } from '../request/answer.js';
import type { Call, ServerContext } from '../server-context.js';
import { deleteObject, readDeleteOptions } from './delete.js';
import { selectionOf } from './selection.js';

/** Answers a DELETE of a collection: all that the selectors choose, in one write; the answer lists them as they were. */
export async function removeCollection(server: ServerContext, call: Call): Promise<Answer> {
  const selection = selectionOf(call);
  const options = readDeleteOptions(call);
  const dryRun = (options.dryRun ?? []).includes('All');
  // The list is as it was before.
  const resourceVersion = String(server.store.version);
  const removed = await server.store.write((transaction) =>
    transaction
      .list(call.served.collection, selection.prefix)
      .filter(({ object }) => selection.everything || selection.matches(object))
      .map((before) => deleteObject(server, { ...call, name: before.object.metadata.name }, transaction, before, options, dryRun).stored),
  );
  const representation = chooseRepresentation(server, call);
  return { status: 200, headers: { 'content-type': representation.contentType }, body: representation.list(removed, { resourceVersion }) };
}
