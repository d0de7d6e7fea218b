/** Key services as the command line names them: `aws:REGION`, `vault:URL`, and for a root key one of their keys. */
import { join } from 'node:path';
import { Outage } from '../base/errors.ts';
import { awsKms, type KeyServiceClient, type RootKeyPlace, vaultTransit } from '../index.ts';
import { usageFault } from './exit-code.ts';

/** `aws:REGION`, `aws:REGION,REGION`, `vault:URL` or `vault:URL/MOUNT`. Refuses what is none of them. */
export function keyServiceNamed(text: string, environment: NodeJS.ProcessEnv): KeyServiceClient {
  const [, kind, rest = ''] = /^(aws|vault):(.+)$/.exec(text) ?? [];
  if (kind === 'aws') return told(() => awsKms({ region: rest.split(',') }));
  if (kind === 'vault') return vaultAt(rest, environment);
  throw usageFault(`--key-service takes aws:REGION or vault:https://HOST:PORT, and not '${text}'.`);
}

/** `aws-kms:ARN` or `vault:KEY`, at VAULT_ADDR; undefined for what is neither. */
export function sealedRootKey(text: string, environment: NodeJS.ProcessEnv): RootKeyPlace | undefined {
  const [, kind, keyId = ''] = /^(aws-kms|vault):(.+)$/.exec(text) ?? [];
  if (kind === 'aws-kms') {
    const region = /^arn:[a-z-]+:kms:([a-z0-9-]+):/.exec(keyId)?.[1];
    if (region === undefined)
      throw usageFault('--root-key aws-kms: takes the ARN of a key: it tells the region.');
    return { keyService: told(() => awsKms({ region })), keyId };
  }
  if (kind !== 'vault') return undefined;
  const { VAULT_ADDR: url } = environment;
  if (url === undefined || url === '') {
    throw usageFault('--root-key vault: needs VAULT_ADDR to say where Vault is, as https://HOST:PORT.');
  }
  return { keyService: vaultAt(url, environment), keyId };
}

/** Its token is where Vault's own command has it: VAULT_TOKEN, else a file, which is read anew each time. */
function vaultAt(address: string, environment: NodeJS.ProcessEnv): KeyServiceClient {
  const [, url = address, mount] = /^(https?:\/\/[^/]+)\/(.+?)\/?$/.exec(address) ?? [];
  const {
    VAULT_TOKEN: token,
    VAULT_TOKEN_FILE: file,
    VAULT_NAMESPACE: namespace,
    HOME: home = '',
  } = environment;
  return told(() =>
    vaultTransit({
      url,
      token: token ?? { file: file ?? join(home, '.vault-token') },
      ...(mount === undefined ? {} : { mount }),
      ...(namespace === undefined ? {} : { namespace }),
    }),
  );
}

/** What an option is refused with is a matter of the command line. */
function told(make: () => KeyServiceClient): KeyServiceClient {
  try {
    return make();
  } catch (fault) {
    if (fault instanceof TypeError || fault instanceof Outage) throw usageFault(fault.message);
    throw fault;
  }
}
