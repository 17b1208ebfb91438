import { ImageListSchema, type ImageUpdateView } from '../../server/schemas/images.js';
import type { ImageUpdatePhase } from '../../model/images/image-update.js';
import { updateColumns, type UpdateRow } from '../images/columns.js';
import { isDataFormat, printData } from '../output/format.js';
import { tableLines } from '../output/table.js';
import { note, print, type Shell } from '../shell.js';
import type { ServerConnection } from './server-connection.js';

interface ImagesOptions {
  readonly allNamespaces?: boolean | undefined;
  /** Also those that have ended. */
  readonly all?: boolean | undefined;
  readonly output?: string | undefined;
}

const UNDER_WAY: readonly ImageUpdatePhase[] = ['Pending', 'WaitingForApproval'];

/** images: what policies took up, as a server tells it; of the policies themselves it tells nothing. */
export async function imagesThroughServer(shell: Shell, server: ServerConnection, { allNamespaces: namespaces = false, all = false, output }: ImagesOptions): Promise<void> {
  const { items } = await server.get(ImageListSchema, '/images');
  const found = items.filter(({ namespace, phase }) => (namespaces || namespace === server.namespace) && (all || UNDER_WAY.includes(phase)));
  if (isDataFormat(output)) return printData(shell, { items: found }, output);
  if (found.length === 0) return note(shell, `No image ${all ? 'was heard of' : 'is under way'}${namespaces ? '' : ` in namespace ${server.namespace}`}.${all ? '' : ' Those that have ended are listed by: serin images --all.'}`);
  const columns = updateColumns({ namespaces, now: shell.clock.now() });
  for (const line of tableLines(columns, found.map(updateRow), { wide: output === 'wide' })) print(shell, line);
}

const updateRow = ({ namespace, name, policy, tag, digest = '', source, by, receivedAt, phase, release = '', message }: ImageUpdateView): UpdateRow => ({ namespace, name, policy, tag, digest, source, by, receivedAt, phase, release, message });
