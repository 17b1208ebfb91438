// The local gateway with one VirtualService, one Service and one Pod. Says where it listens and where it expects the Pod's program.
import { PORT, startMesh } from '../../src/local/gateway/testing/mesh.js';
import { virtualService } from '../../src/local/gateway/testing/objects.js';

const POD = '10.244.0.2';
const mesh = await startMesh();
mesh.openIngress();
mesh.addService('web', '10.96.0.10');
mesh.setPod({ name: 'web-1', app: 'web', version: 'v1', address: POD });
mesh.informers.virtualServices.remember(virtualService({ name: 'web' }, { hosts: ['*'], gateways: ['gw'], http: [{ route: [{ destination: { host: 'web' } }] }] }));
await mesh.gateway.settled();
process.stdout.write(`${JSON.stringify({ port: mesh.ingressPort(), upstream: mesh.addresses.toSocketAddress(POD, PORT).port })}\n`);
process.once('SIGTERM', () => void mesh.stop().finally(() => process.exit(0)));
