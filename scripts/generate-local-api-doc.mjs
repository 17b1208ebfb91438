// Writes docs/local-api.md from the list of known differences between the local API and a real server.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const LIST = new URL('../src/local/api/conformance/known-differences.json', import.meta.url);
const PAGE = new URL('../docs/local-api.md', import.meta.url);

/** The page, as text. @param cases how many answers of a real server are replayed */
export function localApiPage(differences, cases) {
  const differing = differences.flatMap((each) => each.cases).length;
  const lines = (place) =>
    differences
      .filter((each) => each.place === place)
      .map(({ sentence, cases: ids, live = [] }) => `- ${sentence}${ids.length + live.length === 0 ? '' : ` (${[...ids, ...live].join(', ')})`}`);
  return `<!-- Written by scripts/generate-local-api-doc.mjs from src/local/api/conformance/known-differences.json. Do not edit. -->
# What the local API does not do, or does differently

The local API answers like a Kubernetes 1.36 API server: the tests replay ${cases} recorded answers of one, request by request,
and compare status, content type, warnings and body (but not what no two servers share: times, uids, versions, drawn names,
the order of entries in \`managedFields\`). ${cases - differing} are the same; the other ${differing} differ for the reasons below, each with the
cases that show it. \`make test-kubernetes\` asks a real server and the local one the same, and besides what Serin itself asks of
a server: its kinds and admission policies, every policy of the examples, wrong ones, releases, approvals (cases S001 and on).

Of 36 recorded watches 34 are replayed, here and on a real server. The other two, a ReplicaSet's life and a namespace's end, are
events of controllers, which the tests of the local controllers hold against recordings of their own.

${lines('server').join('\n')}

Some cases differ although the two servers do the same:

${lines('replay').join('\n')}

Beside a real server these differ, although the two do the same:

${lines('lab').join('\n')}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { gunzipSync } = await import('node:zlib');
  const recorded = JSON.parse(gunzipSync(readFileSync(new URL('../src/local/api/conformance/testing/api-cases.json.gz', import.meta.url))).toString());
  writeFileSync(PAGE, localApiPage(JSON.parse(readFileSync(LIST, 'utf8')), recorded.length));
}
