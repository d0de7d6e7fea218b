/** GetSessionToken: credentials for a while that may do what the caller's own may. Needs no right. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { SessionContext } from './context.ts';
import { sessionCredentials } from './session-credentials.ts';

interface GetSessionTokenInput {
  readonly DurationSeconds?: number;
  readonly SerialNumber?: string;
  readonly TokenCode?: string;
}

const secondsDefault = 43_200;
/** Of an account's root, whatever it asks for. */
const rootSecondsMax = 3_600;

export const getSessionToken = operation({
  name: 'GetSessionToken',
  run: (context: SessionContext, input: GetSessionTokenInput) => {
    const { caller, directory } = context;
    const { account, arn, identity } = caller;
    if (identity?.facts.has('aws:tokenissuetime') === true) {
      throw new Refusal('AccessDenied', {
        message: 'Cannot call GetSessionToken with session credentials',
      });
    }
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
      throw new Refusal('AccessDenied', {
        message: 'MultiFactorAuthentication failed with invalid MFA one time pass code.',
      });
    }
    const { DurationSeconds: seconds = secondsDefault } = input;
    const name = /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
    if (name === undefined) {
      const Credentials = sessionCredentials(context, { account }, Math.min(seconds, rootSecondsMax));
      return { Credentials };
    }
    const user = directory.user(account, name);
    if (user === undefined) throw new Refusal('UnrecognizedClient', {});
    const of = { kind: 'user', name: user.name, id: user.id } as const;
    return { Credentials: sessionCredentials(context, { account, of }, seconds) };
  },
});
