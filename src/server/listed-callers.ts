/** The callers that an operator lists with their secrets: each an account's root, unless said otherwise; then all others. */
import { rootIdentity } from '../iam/callers.ts';
import { rootArn } from '../iam/principal.ts';
import type { Credentials, SigningCaller, SigningCallers } from './signature.ts';

export interface ListedOptions {
  readonly credentials: readonly Credentials[];
  /** The account of credentials that name none. */
  readonly account: string;
  /** Asked for a key that is not listed. */
  readonly others?: SigningCallers | undefined;
}

export function listedCallers({ credentials, account, others }: ListedOptions): SigningCallers {
  const listed = new Map(credentials.map((pair) => [pair.accessKeyId, listedCaller(pair, account)]));
  return {
    find(accessKeyId, sessionToken) {
      const found = listed.get(accessKeyId);
      // Lasting credentials have no session: a token with them is made up.
      if (found !== undefined) return sessionToken === undefined ? found : undefined;
      return others?.find(accessKeyId, sessionToken);
    },
  };
}

function listedCaller(pair: Credentials, ownAccount: string): SigningCaller {
  const { accessKeyId, secretAccessKey, account = ownAccount } = pair;
  const root = rootArn(account);
  const { arn = root } = pair;
  const caller = { accessKeyId, secretAccessKey, arn, account };
  // Whoever has another name, and no policies here, is trusted as its account is.
  return arn === root ? { ...caller, identity: rootIdentity(account) } : caller;
}
