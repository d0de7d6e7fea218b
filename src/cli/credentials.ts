/** Who may call the server: pairs of access key id and secret, from options or the environment. */
import { usageFault } from './exit-code.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const credentialsVariable = 'CRYPTABLE_CREDENTIALS';

/** Pairs of `--access-key` and of the variable, which is then removed. A refusal never shows a secret. */
export function credentialsOf(
  accessKeys: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): readonly Credentials[] {
  const fromEnvironment = (environment[credentialsVariable] ?? '')
    .split(/[\s,]+/)
    .filter((pair) => pair !== '');
  delete environment[credentialsVariable];
  const found = [
    ...accessKeys.map((pair) => parsePair(pair, '--access-key')),
    ...fromEnvironment.map((pair) => parsePair(pair, credentialsVariable)),
  ];
  const ids = new Set(found.map(({ accessKeyId }) => accessKeyId));
  if (ids.size < found.length) throw usageFault('An access key id is given twice; each has one secret.');
  return found;
}

function parsePair(pair: string, source: string): Credentials {
  const colon = pair.indexOf(':');
  if (colon < 1 || colon === pair.length - 1) {
    throw usageFault(
      `${source} takes an access key id and its secret with a colon between, as in AKIDEXAMPLE:secret.`,
    );
  }
  return { accessKeyId: pair.slice(0, colon), secretAccessKey: pair.slice(colon + 1) };
}

/** Only this machine can reach such an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
