import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

/** A request that the API server answered to somebody, as its audit log tells. */
export interface AuditedRequest {
  readonly user: string;
  readonly verb: string;
  readonly apiGroup: string;
  /** With the subresource: `deployments/scale`. */
  readonly resource: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly code: number;
}

/** Writes a policy that notes who asked for what, of these users only. @returns flags of the API server */
export async function auditFlags(policyFile: string, logFile: string, users: readonly string[]): Promise<string[]> {
  const policy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived', 'ResponseStarted'], rules: [{ level: 'Metadata', users: [...users] }, { level: 'None' }] };
  await writeFile(policyFile, stringify(policy));
  return ['--audit-policy-file', policyFile, '--audit-log-path', logFile, '--audit-log-mode', 'blocking', '--audit-log-maxsize=100'];
}

/** All requests in an audit log so far. */
export async function readAudit(logFile: string): Promise<AuditedRequest[]> {
  const lines = (await readFile(logFile, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  return lines.map((line) => {
    const { user, verb, objectRef = {}, responseStatus = {} } = JSON.parse(line) as {
      user: { username: string };
      verb: string;
      objectRef?: { apiGroup?: string; resource?: string; subresource?: string; name?: string; namespace?: string };
      responseStatus?: { code?: number };
    };
    const { apiGroup = '', resource = '', subresource, name, namespace } = objectRef;
    return { user: user.username, verb, apiGroup, resource: subresource === undefined ? resource : `${resource}/${subresource}`, name, namespace, code: responseStatus.code ?? 0 };
  });
}
