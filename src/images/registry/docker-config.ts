import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { DEFAULT_REGISTRY } from '../matching/image-reference.js';

const Text = Type.Optional(Type.String());
const schema = Type.Object({ auths: Type.Record(Type.String(), Type.Object({ username: Text, password: Text, auth: Text, identitytoken: Text })) });

/** Who asks a registry. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

/**
 * The login for one registry out of `.dockerconfigjson`, as `docker login` writes it; undefined where it has none for it.
 * @param registry host, with its port where it has one @throws Error, without anything of the text, for what is none
 */
export function loginOf(text: string, registry: string): RegistryLogin | undefined {
  const config = parsed(text);
  if (!Value.Check(schema, config)) throw new Error('it is no .dockerconfigjson; make it with: kubectl create secret docker-registry');
  const [, found] = Object.entries(config.auths).find(([key]) => hostOf(key) === registry) ?? [];
  if (!found) return undefined;
  if (found.identitytoken !== undefined && found.identitytoken !== '') throw new Error(`its login for ${registry} is an identity token, which is not used here; give a user name and a password, or an access token in place of one`);
  const decoded = Buffer.from(found.auth ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return {
    username: found.username ?? decoded.slice(0, Math.max(0, colon)),
    password: found.password ?? decoded.slice(colon + 1),
  };
}

/** `host:port` of a key, which may be a URL with a path: `https://index.docker.io/v1/`. */
function hostOf(key: string): string {
  const host = (key.replace(/^https?:\/\//, '').split('/')[0] ?? '').toLowerCase();
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? DEFAULT_REGISTRY : host;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
