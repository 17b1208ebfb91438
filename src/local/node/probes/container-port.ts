import type { Container } from '../../../kubernetes/generated/core-v1.js';

/** A port by number, by a number in text, or by its name in the container; undefined when there is none. */
export function containerPort(port: number | string, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}
