/**
 * Where an address that API objects hold is really found on this machine (design, decision 8). Objects hold 10.244.x.y
 * for Pods and 10.96.x.y for Services; sockets are bound to and dialled at what this map answers.
 */
export interface AddressMap {
  /** @returns what to bind or dial for `port` of the Pod or Service address `address` */
  toSocketAddress(address: string, port: number): { host: string; port: number };
}

/** Maps 10.244.x.y to 127.244.x.y and 10.96.x.y to 127.96.x.y; every other address stays as it is. */
export const loopbackAddresses: AddressMap = {
  toSocketAddress: (address, port) => ({ host: address.replace(/^10\.(244|96)\./, '127.$1.'), port }),
};
