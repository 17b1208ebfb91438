/** Commands in the pages that no test runs, each with the reason. One that is in no page any more must go. */
export const notRun: Readonly<Record<string, string>> = {
  'docker build -f deploy/Dockerfile -t registry.example.com/serin:0.1.0 .': 'needs docker and two base images; test/image runs the files of the image',
  'docker push registry.example.com/serin:0.1.0': 'there is no such registry',
  'make demo': 'installs packages and compiles; scripts/fresh-clone.sh runs it',
  'make test': 'it is what runs this test',
  'npm run generate': 'needs Go and its module proxy',
  'node scripts/generate-reference.mjs': 'writes into the source tree; reference.test.ts runs it with --check',
  'npx vitest run src/engine': 'a part of what runs this test',
  "npx vitest run src/cluster/work-queue.test.ts -t 'back-off'": 'a part of what runs this test',
  'npx vitest run test/docs': 'is this test',
  'npx vitest': 'goes on until it is stopped',
  'kubectl -n serin-system logs deployment/serin': 'the node of the laboratory gives no logs to an API server',
  'kubectl set image deployment/web web=example.com/web:2': 'an example of a pipeline, with an image that does not exist',
  'serin wait web --timeout 15m || exit $?': 'an example of a pipeline; README runs serin wait',
};
