/** What kubectl can do with a real cluster and not with a local one, and how it says so. A gap that is closed is removed here. */
export const knownGaps: Readonly<Record<string, { readonly says: RegExp; readonly why: string }>> = {
  exec: { says: /could not find the requested resource/, why: 'Pods are processes, not containers; nothing can be run inside them.' },
  'describe service': { says: /Endpoints:\s+<none>/, why: 'kubectl before 1.31 reads Endpoints, which the local cluster does not keep; it keeps EndpointSlices.' },
  create: { says: /object provided is unrecognized/, why: 'kubectl 1.32 and later send protobuf for built-in kinds; some objects are not read yet.' },
};
