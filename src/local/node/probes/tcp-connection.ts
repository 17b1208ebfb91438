import { connect } from 'node:net';
import type { Container, TCPSocketAction } from '../../../kubernetes/generated/core-v1.js';
import type { AddressMap } from '../../addresses/address-map.js';
import { containerPort } from './container-port.js';
import { failed, succeeded, type ProbeOutcome } from './probe-outcome.js';

/** Whether something listens there. */
export function tcpConnect(action: TCPSocketAction, container: Container, podIP: string, timeout: number, addresses: AddressMap): Promise<ProbeOutcome> {
  const port = containerPort(action.port, container);
  if (port === undefined) return Promise.resolve(failed(`couldn't find port: ${JSON.stringify(action.port)}`));
  const host = action.host ?? podIP;
  return new Promise((resolve) => {
    const socket = connect(addresses.toSocketAddress(host, port));
    const deadline = setTimeout(() => socket.destroy(new Error(`no connection within ${timeout} ms`)), timeout);
    socket.once('connect', () => {
      resolve(succeeded);
      socket.destroy();
    });
    socket.once('error', (error) => resolve(failed(`dial tcp ${host}:${port}: ${error.message}`)));
    socket.once('close', () => clearTimeout(deadline));
  });
}
