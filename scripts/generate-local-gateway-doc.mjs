// Writes docs/local-gateway.md from the cases that the local gateway is tried by and the list of known differences.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';

const FOLDER = new URL('../src/local/gateway/conformance/', import.meta.url);
const PAGE = new URL('../docs/local-gateway.md', import.meta.url);

/** In the order of the page. */
const PRODUCTS = [
  { plane: 'istio', api: 'istio', title: 'Istio 1.31 (istiod and Envoy)', objects: 'VirtualService, DestinationRule' },
  { plane: 'contour', api: 'gateway-api', title: 'Contour 1.33 and Envoy', objects: 'HTTPRoute' },
  { plane: 'traefik', api: 'gateway-api', title: 'Traefik 3.7', objects: 'HTTPRoute' },
  { plane: 'traefik-ingress', api: 'ingress-nginx', title: 'Traefik 3.7', objects: "Ingress with ingress-nginx's annotations" },
];

/** The page, as text. @param cases by API. @param differences that are known */
export function localGatewayPage(cases, differences) {
  const rows = PRODUCTS.map(({ plane, api, title, objects }) => {
    const asked = cases[api].reduce((sum, { requests }) => sum + requests.length, 0);
    const differing = differences.filter((each) => each.plane === plane).flatMap(({ requests }) => requests).length;
    return `| ${title} | ${objects} | ${cases[api].length} | ${asked} | ${asked - differing} | ${differing} |`;
  });
  const list = (plane) => differences.filter((each) => each.plane === plane).map(({ sentence, requests }) => `- ${sentence} (${requests.join(', ')})`);
  const sections = PRODUCTS.filter(({ plane }) => list(plane).length > 0).map(({ plane, title, objects }) => `## ${title}: ${objects}\n\n${list(plane).join('\n')}\n`);
  const titles = Object.entries(cases).map(([, each]) => each.map(({ id, title }) => `| ${id} | ${title} |`).join('\n'));
  return `<!-- Written by scripts/generate-local-gateway-doc.mjs from src/local/gateway/conformance/. Do not edit. -->
# The local gateway beside real ones

The same routes were given to real products and the same requests sent to them. What came of it was written down: the status,
which program the request reached under what path, host and headers, what the answer had, where copies went. \`make test\` sends
these requests through the local gateway and compares; \`make test-kubernetes\` sends them through the products again.

| product | objects | cases | requests | the same | differ |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Shares are right where the binomial distribution gives them with an error of 1e-6. The words of an answer that no program gave
are compared with Envoy's only. ingress-nginx itself was not asked: Traefik reads its annotations, and differs from nginx in more
ways than the local gateway does, whose own source is [ingress-nginx's](../src/local/gateway/README.md#ingresses).

The local gateway differs on purpose, for the reasons below. What it does not have at all is refused by name and not in this list.

${sections.join('\n')}
## The cases

| case | what it is about |
| --- | --- |
${titles.join('\n')}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = readdirSync(new URL('cases/', FOLDER)).filter((name) => name.endsWith('.yaml'));
  const order = ['istio', 'gateway-api', 'ingress-nginx'];
  files.sort((a, b) => order.indexOf(a.replace('.yaml', '')) - order.indexOf(b.replace('.yaml', '')));
  const cases = Object.fromEntries(files.map((name) => [name.replace('.yaml', ''), parse(readFileSync(new URL(`cases/${name}`, FOLDER), 'utf8'))]));
  writeFileSync(PAGE, localGatewayPage(cases, JSON.parse(readFileSync(new URL('known-differences.json', FOLDER), 'utf8'))));
}
