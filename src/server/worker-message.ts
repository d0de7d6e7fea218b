/** What a worker and its primary say to each other: a head in JSON, and bytes beside it. */
import { assert } from '../base/errors.ts';
import type { Principal } from '../iam/principal.ts';
import type { Caller, DecryptOptions, KeyChange } from '../kms/key-service.ts';
import type { Credentials } from './signature.ts';
import { parsedFault, type WrittenFault } from './written-fault.ts';

/** What a worker needs to begin; the key of the way comes as the bytes beside it. */
export interface WorkerSettings {
  readonly dir: string;
  /** Base64. */
  readonly storeId: string;
  readonly account: string;
  readonly region: string;
  readonly cacheBytes?: number;
  readonly requireNative: boolean;
  /** Where the primary listens. */
  readonly host: string;
  /** Nobody is asked for a signature who is not known. */
  readonly trustsEveryCaller: boolean;
  /** Those of accounts' roots: whoever else asks is known to the primary alone. */
  readonly credentials: readonly Credentials[];
}

/** Who asks for a key, as JSON takes it. Of an identity: that of a root, whom no policies of its own bind. */
export interface WrittenCaller extends Omit<Caller, 'identity'> {
  readonly identity?: {
    readonly principal: Principal;
    readonly facts: readonly (readonly [key: string, values: readonly string[]])[];
  };
}

/** Refuses, as a bug, a caller with policies: only the primary reads for such a one. */
export function writtenCaller({ identity, ...caller }: Caller): WrittenCaller {
  if (identity === undefined) return caller;
  const { principal, facts, policies, boundary, session = [] } = identity;
  const isFree = policies.length === 0 && boundary === undefined && session.length === 0;
  assert(isFree, 'a worker reads for whom no policies bind');
  return { ...caller, identity: { principal, facts: [...facts] } };
}

export function parsedCaller({ identity, ...caller }: WrittenCaller): Caller {
  if (identity === undefined) return caller;
  const { principal, facts } = identity;
  return { ...caller, identity: { principal, policies: [], facts: new Map(facts) } };
}

/** The kinds, by who says them. */
export type Head =
  // The primary begins and ends a worker.
  | ({ readonly kind: 'begin' } & WorkerSettings)
  | { readonly kind: 'close' }
  // A worker tells of a connection before it asks anything for it, and of its end.
  | { readonly kind: 'come'; readonly connection: number; readonly address?: string | undefined }
  | { readonly kind: 'gone'; readonly connection: number }
  // It passes a request on; the body lies beside it, as the answer's.
  | {
      readonly kind: 'request';
      readonly connection: number;
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string | undefined>>;
    }
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  // It asks for a key; its ciphertext lies beside it, and the key, sealed, beside the answer.
  | {
      readonly kind: 'decrypt';
      readonly caller: WrittenCaller;
      readonly context: readonly (readonly [name: string, value: string])[];
      readonly options?: DecryptOptions | undefined;
    }
  | { readonly kind: 'key'; readonly keyArn: string }
  | { readonly kind: 'key changed'; readonly keyArn: string; readonly change?: KeyChange | undefined }
  // Somebody has an access key of his own, and what he may do only the primary knows.
  | { readonly kind: 'callers known' }
  // Either answers anything with this.
  | { readonly kind: 'done' }
  | { readonly kind: 'fault'; readonly fault: WrittenFault };

export interface Message {
  readonly head: Head;
  readonly bytes: Uint8Array;
}

const nothing = new Uint8Array();

export function message(head: Head, bytes: Uint8Array = nothing): Message {
  return { head, bytes };
}

/** Both ends are of one build: what one wrote is believed by the other. */
export function parsedHead(text: string): Head {
  return JSON.parse(text) as Head;
}

/** The answer of this kind. Throws the fault that came in its place. */
export function answerOf<Kind extends Head['kind']>(
  { head, bytes }: Message,
  kind: Kind,
): { readonly head: Extract<Head, { readonly kind: Kind }>; readonly bytes: Uint8Array } {
  if (isKind(head, kind)) return { head, bytes };
  if (head.kind === 'fault') throw parsedFault(head.fault);
  throw new TypeError(`an answer of the kind ${kind} was expected, not ${head.kind}`);
}

function isKind<Kind extends Head['kind']>(
  head: Head,
  kind: Kind,
): head is Extract<Head, { readonly kind: Kind }> {
  return head.kind === kind;
}
