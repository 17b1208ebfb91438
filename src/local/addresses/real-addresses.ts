import type { AddressMap } from './address-map.js';

/** For a network in which the addresses of Pods and Services are those of real interfaces: nothing is mapped. */
export const realAddresses: AddressMap = { toSocketAddress: (address, port) => ({ host: address, port }) };
