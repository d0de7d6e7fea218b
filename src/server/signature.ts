/** Who asks: signatures verified by computing them again, in the order and the words of AWS (aws-behaviour §7.4 rows 5 to 15). */
import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Refusal } from '../base/errors.ts';
import type { CallerIdentity } from '../iam/evaluate.ts';
import { rootArn } from '../iam/principal.ts';
import { mergedFacts, requestFacts, timeFacts } from '../iam/request-facts.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { Caller } from '../kms/key-service.ts';
import { type Claim, claimedScope, claimOf } from './authorization.ts';
import {
  canonicalRequest,
  type Scope,
  sha256,
  signatureOf,
  signingAlgorithm,
  signingKey,
  stringToSign,
} from './canonical-request.ts';
import { ReplayGuard } from './replay-guard.ts';
import { header, type ServiceRequest } from './request.ts';

/** A caller who may sign requests. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account?: string;
  readonly arn?: string;
}

/** Whoever has an access key. */
export interface SigningCaller {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly arn: string;
  readonly account: string;
  /** Without what a request tells. Absent: nothing is asked but who it is. */
  readonly identity?: CallerIdentity;
}

/** Finds those who may sign requests. */
export interface SigningCallers {
  /** Undefined for a key or token that is nobody's. Refuses TokenExpired. */
  find(accessKeyId: string, sessionToken: string | undefined): SigningCaller | undefined;
}

/** Tells who sends a request to the service of this signing name, or refuses it. */
export type Authenticate = (request: ServiceRequest, signingName: string) => Caller;

export const skewMsMax = 5 * 60_000;
/** What AWS's texts say of the skew, though it allows less. */
const skewSaidMs = 15 * 60_000;
const regionForm = /^[a-z][a-z0-9-]{1,31}$/;
const basicDate = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const signatureForm = /^[0-9a-f]{64}$/;
const signingKeysMax = 1_000;

export interface TrustOptions {
  readonly account: string;
  readonly region: string;
  /** Whose signature is still asked for, and by what. */
  readonly known?: { readonly authenticate: Authenticate; readonly isKnown: (claim: KeyClaim) => boolean };
}

interface KeyClaim {
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
}

/** Believes everyone who is not known: the region is the one a signature names, the caller the account's root. */
export function trustEveryCaller({ account, region: ownRegion, known }: TrustOptions): Authenticate {
  return (request, signingName) => {
    const { accessKeyId, sessionToken, region: claimed } = claimedScope(request);
    if (accessKeyId !== undefined && known?.isKnown({ accessKeyId, sessionToken }) === true) {
      return known.authenticate(request, signingName);
    }
    const region = claimed !== undefined && regionForm.test(claimed) ? claimed : ownRegion;
    return { arn: rootArn(account), account, region };
  };
}

export interface VerifierOptions {
  readonly callers: SigningCallers;
  readonly clock: Clock;
  /** Refuse a signature that was used before (R-SIG-2). AWS does not. */
  readonly rejectReplays?: boolean;
}

/** What a connection's last request was found to come from. */
interface LastIdentity {
  readonly identity: CallerIdentity;
  readonly second: number;
  readonly region: string;
  readonly userAgent: string;
  readonly inRequest: CallerIdentity;
}

/** Lets in only who proves to know a secret of the list (R-SIG-1). */
export class SignatureVerifier {
  readonly #callers: SigningCallers;
  readonly #clock: Clock;
  readonly #replays: ReplayGuard | undefined;
  readonly #keys = new Map<string, Uint8Array>();
  readonly #lastIdentities = new WeakMap<ClientConnection, LastIdentity>();
  #lastDate: { readonly text: string; readonly ms: number } | undefined;

  constructor({ callers, clock, rejectReplays = false }: VerifierOptions) {
    this.#callers = callers;
    this.#clock = clock;
    this.#replays = rejectReplays ? new ReplayGuard(clock) : undefined;
  }

  readonly authenticate: Authenticate = (request, signingName) => {
    const claim = claimOf(request);
    this.#checkDate(claim.date);
    checkCovered(claim, request);
    const { accessKeyId, scope } = scopeOf(claim, signingName);
    const caller = this.#callers.find(accessKeyId, claim.sessionToken);
    if (caller === undefined) throw new Refusal('UnrecognizedClient', {});
    this.#checkSignature(request, claim, scope, caller);
    const { arn, account, identity } = caller;
    const { region } = scope;
    const known = { arn, account, region, accessKeyId };
    if (identity === undefined) return known;
    return { ...known, identity: this.#inRequest(identity, request, region) };
  };

  /** With what conditions may ask of the request, as far as its caller is concerned: the same for a second and a client. */
  #inRequest(
    identity: CallerIdentity,
    { headers, connection }: ServiceRequest,
    region: string,
  ): CallerIdentity {
    const second = Math.floor(this.#clock.nowMs() / 1000);
    const userAgent = header(headers, 'user-agent') ?? '';
    const last = this.#lastIdentities.get(connection);
    const isSame = last?.identity === identity && last.second === second;
    if (isSame && last.region === region && last.userAgent === userAgent) return last.inRequest;
    const facts = requestFacts([
      ['aws:SourceIp', connection.address],
      ['aws:UserAgent', userAgent === '' ? undefined : userAgent],
      ['aws:SecureTransport', false],
      ['aws:RequestedRegion', region],
    ]);
    const inRequest = { ...identity, facts: mergedFacts(identity.facts, facts, timeFacts(second * 1000)) };
    this.#lastIdentities.set(connection, { identity, second, region, userAgent, inRequest });
    return inRequest;
  }

  #checkDate(date: string): void {
    const signedMs = this.#millisecondsOf(date);
    const nowMs = this.#clock.nowMs();
    if (signedMs < nowMs - skewMsMax) {
      const limit = basicDateOf(nowMs - skewSaidMs);
      invalid(`Signature expired: ${date} is now earlier than ${limit} (${basicDateOf(nowMs)} - 15 min.)`);
    }
    if (signedMs > nowMs + skewMsMax) {
      const limit = basicDateOf(nowMs + skewSaidMs);
      const now = basicDateOf(nowMs);
      invalid(`Signature not yet current: ${date} is still later than ${limit} (${now} + 15 min.)`);
    }
  }

  /** The requests of one second have one date: reading it costs a tenth of a request. */
  #millisecondsOf(date: string): number {
    if (date !== this.#lastDate?.text) this.#lastDate = { text: date, ms: millisecondsOf(date) };
    return this.#lastDate.ms;
  }

  #checkSignature(request: ServiceRequest, claim: Claim, scope: Scope, caller: SigningCaller): void {
    const bodyHash = sha256(request.body);
    const canonical = canonicalRequest(request, claim, bodyHash);
    const text = stringToSign(claim.date, scope, canonical);
    const expected = signatureOf(this.#signingKey(caller, scope), text);
    const claimedHash = header(request.headers, 'x-amz-content-sha256') ?? bodyHash;
    if (!isSignature(claim.signature, expected) || claimedHash !== bodyHash) {
      invalid(
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret ' +
          'Access Key and signing method. Consult the service documentation for details.\n\n' +
          `The Canonical String for this request should have been\n'${canonical}'\n\n` +
          `The String-to-Sign should have been\n'${text}'\n`,
      );
    }
    if (this.#replays?.firstUse(claim.signature) === false) {
      invalid('The request signature was used before.');
    }
  }

  /** Computed once a day, region and service: it costs as much as the rest of a verification. */
  #signingKey({ accessKeyId, secretAccessKey }: SigningCaller, scope: Scope): Uint8Array {
    const name = `${accessKeyId}/${scope.day}/${scope.region}/${scope.service}`;
    let key = this.#keys.get(name);
    if (key === undefined) {
      if (this.#keys.size >= signingKeysMax) this.#keys.clear();
      key = signingKey(secretAccessKey, scope);
      this.#keys.set(name, key);
    }
    return key;
  }
}

/** In a time that tells nothing of how much of a signature is right. */
function isSignature(given: string, expected: string): boolean {
  return (
    signatureForm.test(given) &&
    timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(expected, 'latin1'))
  );
}

function checkCovered({ algorithm, signedHeaders }: Claim, { headers }: ServiceRequest): void {
  if (!signedHeaders.includes('host')) {
    invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  // Else a request overheard could be sent again as another operation.
  if (header(headers, 'x-amz-target') !== undefined && !signedHeaders.includes('x-amz-target')) {
    invalid("'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (algorithm !== signingAlgorithm) {
    incomplete(`Unsupported AWS 'algorithm': '${algorithm}' (only AWS4-HMAC-SHA256 for now). `);
  }
}

function scopeOf({ credential, date }: Claim, signingName: string): { accessKeyId: string; scope: Scope } {
  const parts = credential.replace(/\/+$/, '').split('/');
  if (parts.length !== 5) {
    incomplete(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, ' +
        `got '${credential}'`,
    );
  }
  const [accessKeyId = '', day = '', region = '', service = '', terminator = ''] = parts;
  let complaints = '';
  if (!regionForm.test(region)) {
    complaints += `Credential should be scoped to a valid region, not '${region}'. `;
  }
  if (service !== signingName) {
    complaints += `Credential should be scoped to correct service: '${signingName}'. `;
  }
  if (terminator !== 'aws4_request') {
    complaints += `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'. `;
  }
  const signedDay = date.slice(0, 8);
  if (day !== signedDay) {
    complaints +=
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
      `'${day}' != '${signedDay}', from '${date}'.`;
  }
  if (complaints !== '') invalid(complaints);
  return { accessKeyId, scope: { day, region, service } };
}

/** Refuses what is not a day of this age, however well it is written. */
function millisecondsOf(date: string): number {
  const [, ...parts] = basicDate.exec(date) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  if (parts.length === 0 || year < 2000 || year > 2199 || basicDateOf(ms) !== date) {
    incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  return ms;
}

function basicDateOf(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

function invalid(message: string): never {
  throw new Refusal('InvalidSignature', { message });
}

function incomplete(message: string): never {
  throw new Refusal('IncompleteSignature', { message });
}
