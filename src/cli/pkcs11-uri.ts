/** Where a PKCS#11 token is, in the form that RFC 7512 gives it: `pkcs11:token=T;object=K?module-path=L&pin-source=file:P`. */
import type { RootKeyPlace } from '../index.ts';
import { usageFault } from './exit-code.ts';

type Token = Extract<RootKeyPlace, { pkcs11: unknown }>['pkcs11'];

const example = 'pkcs11:token=NAME;object=KEY?module-path=/path/to/library.so&pin-source=file:/path/to/pin';
const known = { path: ['token', 'object'], query: ['module-path', 'pin-source'] } as const;

/**
 * A PIN itself, `pin-value`, is refused: other processes see command lines. `pin-source` is a file, or `env:NAME`, which is our
 * own and is removed from the environment.
 */
export function tokenOfUri(uri: string, environment: NodeJS.ProcessEnv): Token {
  const [path = '', query = ''] = uri.replace(/^pkcs11:/, '').split('?', 2);
  const named = attributes(path, ';', known.path);
  const asked = attributes(query, '&', known.query);
  const [token, key] = [named.get('token'), named.get('object')];
  const [library, pinSource] = [asked.get('module-path'), asked.get('pin-source')];
  if (token === undefined || library === undefined || pinSource === undefined) {
    throw usageFault(`A token needs its name, its library and the source of its PIN: ${example}.`);
  }
  const pin = pinOf(pinSource, environment);
  return { library, token, pin, ...(key === undefined ? {} : { key }) };
}

function attributes(text: string, separator: string, names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of text === '' ? [] : text.split(separator)) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(0, at));
    if (name === 'pin-value') {
      throw usageFault('A PIN on the command line is seen by other processes: give pin-source=file:/path.');
    }
    if (!names.includes(name) || found.has(name)) {
      throw usageFault(`A token is not found by '${name === '' ? part : name}': write it as ${example}.`);
    }
    found.set(name, decoded(part.slice(at + 1)));
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw usageFault('In the name of a token a % is followed by two hexadecimal digits.');
  }
}

function pinOf(source: string, environment: NodeJS.ProcessEnv): Token['pin'] {
  if (!source.startsWith('env:')) return { file: source.replace(/^file:(\/\/(?=\/))?/, '') };
  const name = source.slice('env:'.length);
  const pin = environment[name];
  if (pin === undefined || pin === '') {
    throw usageFault(`pin-source names ${name}, but no such environment variable is set.`);
  }
  delete environment[name];
  return pin;
}
