/** Who has an access key or a session, and what his policies are: read from the directory, and kept until it changes. */
import { Refusal } from '../base/errors.ts';
import type { Directory } from './directory.ts';
import { arnOf, assumedRoleArn, type Principal as PolicyOwner, type Tag } from './entity.ts';
import type { CallerIdentity, NamedPolicy } from './evaluate.ts';
import { policyDocument, unreadablePolicy } from './policy-document.ts';
import { type Principal, principalOf, rootArn } from './principal.ts';
import { mergedFacts, principalFacts, type RequestFacts, requestFacts } from './request-facts.ts';
import type { Session, SessionTokens } from './session-token.ts';

export interface KnownCaller {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly arn: string;
  readonly account: string;
  /** Without what only a request tells. */
  readonly identity: CallerIdentity;
  readonly session?: Session;
}

export interface CallersOptions {
  readonly directory: Directory;
  readonly sessions: SessionTokens;
}

/** A fact that no policy can ask for: its name is none of a condition key. */
const transitiveKey = 'session transitive tags';
/** Callers that are kept at hand; a token is some kilobytes. */
const keptMax = 2_000;

export class Callers {
  readonly #directory: Directory;
  readonly #sessions: SessionTokens;
  readonly #kept = new Map<string, KnownCaller | undefined>();
  #version = 0;

  constructor({ directory, sessions }: CallersOptions) {
    this.#directory = directory;
    this.#sessions = sessions;
  }

  /**
   * Undefined for a key or a token that is nobody's: unknown, inactive, of someone who is gone, or of another key. Refuses
   * TokenExpired.
   */
  find(accessKeyId: string, sessionToken: string | undefined): KnownCaller | undefined {
    if (this.#version !== this.#directory.version || this.#kept.size >= keptMax) {
      this.#kept.clear();
      this.#version = this.#directory.version;
    }
    const name = sessionToken ?? accessKeyId;
    let found = this.#kept.get(name);
    if (found === undefined) {
      found = sessionToken === undefined ? this.#ofKey(accessKeyId) : this.#ofToken(sessionToken);
      // Made-up names would push out those that are known.
      if (found !== undefined) this.#kept.set(name, found);
    }
    if (found === undefined || found.accessKeyId !== accessKeyId) return undefined;
    if (found.session !== undefined) this.#sessions.requireInTime(found.session);
    return found;
  }

  /** The identity of a user or role, or an account's root, for whoever asks what it may do. Refuses EntityNotFound. */
  identityOf(principalArn: string): CallerIdentity {
    const [, account = '', kind, name = ''] =
      /^arn:aws:iam::(\d{12}):(root|user|role)(?:\/(?:.*\/)?([^/]+))?$/.exec(principalArn) ?? [];
    if (kind === 'root') return rootIdentity(account);
    const owner = kind === 'role' ? this.#directory.role(account, name) : this.#directory.user(account, name);
    if (kind === undefined || owner === undefined || arnOf(owner) !== principalArn) {
      const message = `Invalid Entity Arn: ${principalArn} is no user or role here`;
      throw new Refusal('EntityNotFound', { message });
    }
    // A role asks by its sessions alone: this one stands for them all.
    const principal: Principal =
      owner.kind === 'role'
        ? { kind: 'assumed-role', arn: principalArn, account, roleArn: principalArn }
        : principalOf(principalArn, account);
    const known = { userId: owner.id, tags: owner.tags };
    return this.#identity(
      owner,
      principal,
      owner.kind === 'user' ? { ...known, userName: owner.name } : known,
    );
  }

  #ofKey(accessKeyId: string): KnownCaller | undefined {
    const key = this.#directory.accessKey(accessKeyId);
    if (key === undefined || !key.active) return undefined;
    const { account, user, secret: secretAccessKey } = key;
    if (user === undefined) {
      return {
        accessKeyId,
        secretAccessKey,
        account,
        arn: rootArn(account),
        identity: rootIdentity(account),
      };
    }
    const owner = this.#directory.user(account, user);
    if (owner === undefined) return undefined;
    const arn = arnOf(owner);
    const known = { userId: owner.id, userName: owner.name, tags: owner.tags };
    const identity = this.#identity(owner, principalOf(arn, account), known);
    return { accessKeyId, secretAccessKey, account, arn, identity };
  }

  #ofToken(token: string): KnownCaller | undefined {
    const session = this.#sessions.open(token);
    if (session === undefined) return undefined;
    const { accessKeyId, secret: secretAccessKey, account, of, issuedMs } = session;
    const transitive = (session.tags ?? []).filter(({ key }) => session.transitive?.includes(key) === true);
    const tokenFacts = requestFacts([
      ['aws:TokenIssueTime', `${new Date(issuedMs).toISOString().slice(0, 19)}Z`],
      ['aws:SourceIdentity', session.sourceIdentity],
      ['aws:MultiFactorAuthPresent', false],
      [transitiveKey, transitive.map(({ key, value }) => JSON.stringify({ key, value }))],
    ]);
    const known = { accessKeyId, secretAccessKey, account, session };
    if (of === undefined) {
      const identity = rootIdentity(account);
      const facts = mergedFacts(identity.facts, tokenFacts);
      return { ...known, arn: rootArn(account), identity: { ...identity, facts } };
    }
    const owner =
      of.kind === 'user' ? this.#directory.user(account, of.name) : this.#directory.role(account, of.name);
    // A session ends with its role, whoever has that name afterwards.
    if (owner === undefined || owner.id !== of.id) return undefined;
    const arn = owner.kind === 'role' ? assumedRoleArn(owner, session.name ?? '') : arnOf(owner);
    const principal =
      owner.kind === 'role' ? principalOf(arn, account, arnOf(owner)) : principalOf(arn, account);
    const tags = [...owner.tags, ...(session.tags ?? [])];
    const own =
      owner.kind === 'role'
        ? { userId: `${owner.id}:${session.name ?? ''}`, tags }
        : { userId: owner.id, userName: owner.name, tags };
    const identity = this.#identity(owner, principal, own);
    const bounds = this.#sessionPolicies(session);
    return {
      ...known,
      arn,
      identity: {
        ...identity,
        ...(bounds.length === 0 ? {} : { session: bounds }),
        facts: mergedFacts(identity.facts, tokenFacts),
      },
    };
  }

  #identity(
    { policies, attached, boundary }: PolicyOwner,
    principal: Principal,
    {
      tags,
      ...known
    }: { readonly userId: string; readonly userName?: string; readonly tags: readonly Tag[] },
  ): CallerIdentity {
    const tagged = new Map(tags.map(({ key, value }) => [key, value]));
    return {
      principal,
      facts: principalFacts(principal, { ...known, tags: tagged }),
      policies: [
        ...policies.map(({ name, text }) => namedPolicy(name, text)),
        ...attached.map((arn) => this.#managed(arn)),
      ],
      ...(boundary === undefined ? {} : { boundary: this.#managed(boundary) }),
    };
  }

  #sessionPolicies({ policies = [], policyArns = [] }: Session): readonly NamedPolicy[] {
    return [
      ...policies.map((text) => namedPolicy('session policy', text)),
      ...policyArns.map((arn) => this.#managed(arn)),
    ];
  }

  /** One that is gone may have denied something: nothing is allowed in its place. */
  #managed(arn: string): NamedPolicy {
    const found = this.#directory.policy(arn);
    return found === undefined ? { name: arn, document: unreadablePolicy } : namedPolicy(arn, found.text);
  }
}

/** The tags of a caller's session that go on to a session which it assumes. */
export function transitiveTags(facts: RequestFacts): readonly Tag[] {
  return (facts.get(transitiveKey) ?? []).map((text): Tag => JSON.parse(text));
}

export function rootIdentity(account: string): CallerIdentity {
  const principal = principalOf(rootArn(account), account);
  return { principal, policies: [], facts: principalFacts(principal, { userId: account }) };
}

function namedPolicy(name: string, text: string): NamedPolicy {
  try {
    return { name, document: policyDocument(text, 'identity') };
  } catch (fault) {
    // Read by a version that took more: better nothing is allowed than a Deny forgotten.
    if (fault instanceof Refusal) return { name, document: unreadablePolicy };
    throw fault;
  }
}
