/** Credentials of a session as answers have them. */
import { newIdentifier, newSecret } from '../../iam/identifier.ts';
import type { Session } from '../../iam/session-token.ts';
import type { SessionContext } from './context.ts';

export type NewSession = Omit<Session, 'accessKeyId' | 'secret' | 'issuedMs' | 'expiresMs'>;

export function sessionCredentials(
  { sessions, clock }: SessionContext,
  session: NewSession,
  seconds: number,
): object {
  const nowMs = clock.nowMs();
  const expiresMs = nowMs + seconds * 1000;
  const accessKeyId = newIdentifier('session');
  const secret = newSecret();
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secret,
    SessionToken: sessions.seal({ ...session, accessKeyId, secret, issuedMs: nowMs, expiresMs }),
    Expiration: `${new Date(expiresMs).toISOString().slice(0, 19)}Z`,
  };
}
