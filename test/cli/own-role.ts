import { CONTROLLER_USER } from '../../src/controller/controller-rules.js';
import { installedKinds } from '../../src/installation/kinds.js';
import type { Driver } from '../driver/driver.js';

/** Gives the driver's own controller its rights by another name, as if it were none of Serin's: `serin install` leaves rights of others to them. */
export async function withOwnRole(driver: Driver): Promise<void> {
  const { client } = driver;
  await driver.run(async () => {
    const { metadata: _, ...binding } = await client.get(installedKinds.ClusterRoleBinding, { name: CONTROLLER_USER });
    await client.create(installedKinds.ClusterRoleBinding, { ...binding, metadata: { name: 'driver' } });
    await client.delete(installedKinds.ClusterRoleBinding, { name: CONTROLLER_USER });
  });
}
