/** The identities of a store: what operations made is kept beside the keys, sealed as they are; and what a file declares. */
import { iamOperations } from './api/iam/index.ts';
import { stsOperations } from './api/sts/index.ts';
import type { Clock } from './base/clock.ts';
import { type Log, silentLog } from './base/log.ts';
import type { Closing } from './closing.ts';
import { Callers } from './iam/callers.ts';
import { Directory } from './iam/directory.ts';
import type { Entity } from './iam/entity.ts';
import { SessionTokens } from './iam/session-token.ts';
import { KeptIdentities } from './kept-identities.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import { identityJudge } from './server/access/identity-access.ts';
import { type QueryService, queryServiceOf } from './server/service.ts';

export interface Identities {
  readonly directory: Directory;
  readonly sessions: SessionTokens;
  readonly callers: Callers;
  /** There is a file of the operator's: whoever comes over a network has to be known. */
  readonly areDeclared: boolean;
}

export interface IdentitiesOptions {
  readonly kms: EmbeddedKms;
  readonly clock: Clock;
  /** The folder of the key service. */
  readonly folder: string;
  /** What the operator's file says, where there is one. */
  readonly declared?: readonly Entity[] | undefined;
  readonly log?: Log;
  /** Take identities that were put back. */
  readonly acceptRollback?: boolean | undefined;
}

/** Throws the outages of a key service's store, and StoreRolledBack for identities that were put back. */
export async function openIdentities(options: IdentitiesOptions, closing: Closing): Promise<Identities> {
  const { kms, clock, folder, declared, log = silentLog, acceptRollback = false } = options;
  const { records, contents } = await KeptIdentities.open({ kms, folder, log, acceptRollback });
  closing.add(records, (opened) => opened.close());
  const directory = new Directory({ records, contents, declared: declared ?? [] });
  const key = closing.add(kms.deriveKey('session tokens'), (opened) => opened.destroy());
  const sessions = new SessionTokens({ core: kms.core, key, clock });
  const callers = new Callers({ directory, sessions });
  return { directory, sessions, callers, areDeclared: declared !== undefined };
}

/** IAM and STS. */
export function identityServices(
  { directory, sessions, callers }: Identities,
  clock: Clock,
): readonly QueryService[] {
  return [
    queryServiceOf({
      model: 'iam',
      operations: iamOperations,
      context: ({ caller }) => ({ directory, callers, caller, clock }),
      judge: identityJudge(directory),
    }),
    queryServiceOf({
      model: 'sts',
      operations: stsOperations,
      context: ({ caller }) => ({ directory, sessions, caller, clock }),
    }),
  ];
}
