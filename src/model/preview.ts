import { Type, type Static } from 'typebox';

/** A way to the canary beside the live one, for people and tests who ask for it; it never carries users. */
export const PreviewSchema = Type.Object(
  {
    path: Type.Optional(
      Type.String({ pattern: '^/[A-Za-z0-9_.~/-]*[A-Za-z0-9_~-]$', maxLength: 128, description: 'Prefix on the live hosts, such as /green; it is cut off before the program sees the path.' }),
    ),
    host: Type.Optional(Type.String({ pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', maxLength: 253, description: 'A host name of its own, such as green.example.com.' })),
    service: Type.Optional(Type.String({ pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$', maxLength: 63, description: 'Name of the Service that leads to the canary alone.' })),
  },
  { description: 'Where the canary can be seen before users meet it.' },
);
export type Preview = Static<typeof PreviewSchema>;

/** Where the canary can be seen, in a few words. */
export function describePreview({ path, host, service }: Preview): string {
  return [path === undefined ? '' : `path ${path}`, host === undefined ? '' : `host ${host}`, service === undefined ? '' : `Service ${service}`].filter(Boolean).join(', ');
}
