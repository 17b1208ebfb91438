import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

/** A request that the API server answered to somebody, as its audit log tells. */
export interface AuditedRequest {
  readonly user: string;
  /** As whom it was made, where that is somebody else. */
  readonly as: string | undefined;
  readonly verb: string;
  readonly apiGroup: string;
  /** With the subresource: `deployments/scale`. */
  readonly resource: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly code: number;
  /** When the API server had read its head, and when it had answered; milliseconds since the epoch, of its clock. */
  readonly receivedAt: number;
  readonly answeredAt: number;
}

/** Kinds that are noted whoever asks, where not only some users are. */
export interface AuditedKinds {
  readonly group: string;
  readonly resources: readonly string[];
}

/** Writes a policy that notes who asked for what, of these users only, or about these kinds. @returns flags of the API server */
export async function auditFlags(policyFile: string, logFile: string, users: readonly string[], kinds: readonly AuditedKinds[] = []): Promise<string[]> {
  const rules = [{ level: 'Metadata', users }, ...(kinds.length === 0 ? [] : [{ level: 'Metadata', resources: kinds }]), { level: 'None' }];
  const policy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived', 'ResponseStarted'], rules };
  await writeFile(policyFile, stringify(policy));
  return ['--audit-policy-file', policyFile, '--audit-log-path', logFile, '--audit-log-mode', 'blocking', '--audit-log-maxsize=100'];
}

/** All requests in an audit log so far. */
export async function readAudit(logFile: string): Promise<AuditedRequest[]> {
  return parseAudit(await readFile(logFile, 'utf8'));
}

/** The requests in a piece of an audit log; a line that is not whole is left out. */
export function parseAudit(text: string): AuditedRequest[] {
  const lines = text.split('\n').filter((line) => line.endsWith('}'));
  return lines.map((line) => {
    const { user, impersonatedUser, verb, objectRef = {}, responseStatus = {}, ...times } = JSON.parse(line) as {
      user: { username: string };
      impersonatedUser?: { username: string };
      verb: string;
      objectRef?: { apiGroup?: string; resource?: string; subresource?: string; name?: string; namespace?: string };
      responseStatus?: { code?: number };
      requestReceivedTimestamp: string;
      stageTimestamp: string;
    };
    const { apiGroup = '', resource = '', subresource, name, namespace } = objectRef;
    return {
      user: user.username, as: impersonatedUser?.username, verb, apiGroup, resource: subresource === undefined ? resource : `${resource}/${subresource}`, name, namespace, code: responseStatus.code ?? 0,
      receivedAt: Date.parse(times.requestReceivedTimestamp), answeredAt: Date.parse(times.stageTimestamp),
    };
  });
}
