import http from 'node:http';
import https from 'node:https';
import type { Container, HTTPGetAction } from '../../../kubernetes/generated/core-v1.js';
import type { AddressMap } from '../../addresses/address-map.js';
import { failed, succeeded, type ProbeOutcome } from './probe-outcome.js';
import { containerPort } from './container-port.js';

/** Asks once over a connection of its own; 200 to 399 is success. Certificates are not checked, as on a cluster. */
export function httpGet(action: HTTPGetAction, container: Container, podIP: string, timeout: number, addresses: AddressMap): Promise<ProbeOutcome> {
  const port = containerPort(action.port, container);
  if (port === undefined) return Promise.resolve(failed(`couldn't find port: ${JSON.stringify(action.port)}`));
  const host = action.host ?? podIP;
  const secure = action.scheme === 'HTTPS';
  const path = action.path === undefined || action.path === '' ? '/' : action.path.replace(/^(?!\/)/, '/');
  const url = `${secure ? 'https' : 'http'}://${host}:${port}${path}`;
  const headers: Record<string, string> = { host: `${host}:${port}`, 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close' };
  for (const { name, value } of action.httpHeaders ?? []) headers[name.toLowerCase()] = value;
  return new Promise((resolve) => {
    const options = { ...addresses.toSocketAddress(host, port), path, headers, agent: false, timeout, rejectUnauthorized: false };
    const request = (secure ? https : http).get(options, (response) => {
      const { statusCode = 0 } = response;
      response.resume();
      resolve(statusCode >= 200 && statusCode < 400 ? succeeded : failed(`HTTP probe failed with statuscode: ${statusCode}`));
    });
    const deadline = setTimeout(() => request.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
    request.on('close', () => clearTimeout(deadline));
    request.on('error', (error) => resolve(failed(`Get "${url}": ${error.message}`)));
  });
}
