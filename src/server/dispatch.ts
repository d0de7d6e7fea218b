/** From a request to its answer: finds the operation, knows the caller, checks the input, runs it. Knows no socket. */
import { crc32 } from 'node:zlib';
import { encodeBody, parseJsonBody } from '../api/json.ts';
import type { JsonObject } from '../api/json-type.ts';
import { parseInput } from '../api/shape.ts';
import { loggedFault, wireFault } from '../api/wire-errors.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { Refusal } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { CallObserver } from './call-observer.ts';
import { listedCallers } from './listed-callers.ts';
import { formBytesMax, isForm, QueryDispatcher } from './query-dispatch.ts';
import {
  baseTypeOf,
  type Headers,
  header,
  type ServiceAnswer,
  type ServiceRequest,
  trustedKeyId,
} from './request.ts';
import { newRequestId } from './request-id.ts';
import type { QueryService, Run, Service } from './service.ts';
import {
  type Authenticate,
  type Credentials,
  SignatureVerifier,
  type SigningCallers,
  trustEveryCaller,
} from './signature.ts';

/** A longer body is not parsed before its sender is known: parsing costs more than a signature (R-SIG-3). */
export const strangersBodyBytesMax = 64 * 1024;

const jsonType = 'application/json';
/** Of answers of the key service, which may hold keys in clear. */
const unkept = {
  'cache-control': 'no-cache, no-store, must-revalidate, private',
  expires: '0',
  pragma: 'no-cache',
};
const unknownOperationPage = Buffer.from('<UnknownOperationException/>\n');

export interface DispatcherOptions {
  readonly services: readonly Service[];
  /** Asked for by forms. */
  readonly queries?: readonly QueryService[];
  /** Empty: every caller is trusted that is not one of `callers`. */
  readonly credentials?: readonly Credentials[];
  /** Callers whose rights are known: they sign, wherever they are. */
  readonly callers?: SigningCallers;
  /** Nobody is trusted who is not listed or known. Without it and without credentials, everybody else is. */
  readonly requireSignatures?: boolean;
  /** Its requests come from this process: what names a key, but not the one of such clients, signs with it. */
  readonly inProcess?: boolean;
  readonly account: string;
  /** Of callers that name none. */
  readonly region: string;
  readonly rejectReplays?: boolean;
  readonly observer?: CallObserver | undefined;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** What became known of a request on its way; an answer is written from it, however far it came. */
interface Course {
  readonly requestId: string;
  readonly service: Service;
  readonly contentType: string;
  readonly operation: string;
}

export class Dispatcher {
  readonly #services: ReadonlyMap<string, Service>;
  readonly #first: Service;
  readonly #log: Log;
  readonly #region: string;
  readonly #authenticate: Authenticate;
  readonly #queries: QueryDispatcher;
  readonly #observer: CallObserver | undefined;
  /** Nobody is asked for a signature. */
  readonly trustsEveryCaller: boolean;

  constructor(options: DispatcherOptions) {
    const { services, queries = [], region, log = silentLog } = options;
    const [first] = services;
    if (first === undefined) throw new TypeError('a dispatcher needs a service');
    this.#first = first;
    this.#services = new Map(
      services.flatMap((service) => {
        const { targetPrefix, longTargetPrefix = targetPrefix } = service;
        return [targetPrefix, longTargetPrefix].map((prefix) => [prefix, service] as const);
      }),
    );
    this.#log = log;
    this.#region = region;
    this.#observer = options.observer;
    const { requireSignatures = (options.credentials ?? []).length > 0 } = options;
    this.trustsEveryCaller = !requireSignatures;
    this.#authenticate = authenticationOf(options, requireSignatures);
    const { observer } = options;
    this.#queries = new QueryDispatcher({
      services: queries,
      authenticate: this.#authenticate,
      observer,
      log,
    });
  }

  /** How long a body may be that comes with these headers. */
  bodyBytesMax(headers: Headers): number {
    if (isForm(headers)) return formBytesMax;
    return (this.#serviceOf(headers) ?? this.#first).bodyBytesMax;
  }

  /** Never rejects: every fault has its answer, and those of ours a line in the log. */
  async dispatch(request: ServiceRequest): Promise<ServiceAnswer> {
    const { headers, method, path } = request;
    const rooted = path === '/' || path.startsWith('/?');
    if (method === 'GET' && rooted) return this.#healthPage();
    if (method === 'POST' && rooted && isForm(headers)) return this.#queries.dispatch(request);
    const { prefix, operation } = targetOf(headers);
    const service = this.#services.get(prefix);
    const contentType = baseTypeOf(headers);
    const allowed = this.#isTypeOf(service, contentType);
    if (method !== 'POST' || !rooted || (request.body.length > 0 && !allowed)) {
      return page(404, unknownOperationPage, this.#first);
    }
    const known = service ?? this.#first;
    const course = {
      requestId: newRequestId(known.model),
      service: known,
      contentType: allowed ? contentType : untypedAnswerOf(known),
      operation,
    };
    try {
      const output = await this.#run(request, course, service);
      return answer(200, encodeBody(output), course);
    } catch (fault) {
      return this.#faultAnswer(fault, course);
    }
  }

  /** The answer to a request that was not read to its end. */
  tooLarge(headers: Headers): ServiceAnswer {
    if (isForm(headers)) return this.#queries.tooLarge();
    const service = this.#serviceOf(headers) ?? this.#first;
    const { contentType, model } = service;
    const course = { requestId: newRequestId(model), service, contentType, operation: '' };
    return this.#faultAnswer(new Refusal('RequestTooLarge', {}), course);
  }

  /** In the order of aws-behaviour §7.4, which clients can tell by the error they get. */
  #run(request: ServiceRequest, course: Course, service: Service | undefined): object | Promise<object> {
    const { body, headers, connection } = request;
    if ((header(headers, 'content-encoding') ?? 'identity') !== 'identity')
      throw new Refusal('Serialization', {});
    const early = body.length > 0 && body.length <= strangersBodyBytesMax ? parseJsonBody(body) : undefined;
    const run = service?.runs.get(course.operation);
    if (service === undefined || run === undefined) throw new Refusal('UnknownOperation', {});
    const caller = this.#authenticate(request, service.signingName);
    const json = early ?? parseJsonBody(body);
    const asked = { caller, connection, host: header(headers, 'host') };
    const { operation, requestId } = course;
    const { model } = service;
    if (this.#observer?.observes(model, operation) !== true) {
      return this.#runWith(json, course, (input) => run(asked, input));
    }
    return this.#observer.observe({ model, operation, caller, request, requestId }, (checked) =>
      this.#runWith(json, course, (input) => {
        checked(input);
        return run(asked, input);
      }),
    );
  }

  #runWith(json: JsonObject, { service, operation }: Course, run: (input: object) => ReturnType<Run>) {
    return run(parseInput(service.model, operation, json));
  }

  #faultAnswer(fault: unknown, course: Course): ServiceAnswer {
    const { status, body, ours } = wireFault(fault, course.service.model);
    const { requestId, operation } = course;
    if (ours)
      this.#log.error({ requestId, operation, ...loggedFault(fault) }, 'a request failed by our fault');
    return answer(status, encodeBody(body), course);
  }

  #serviceOf(headers: Headers): Service | undefined {
    return this.#services.get(targetOf(headers).prefix);
  }

  #isTypeOf(service: Service | undefined, type: string): boolean {
    if (type === jsonType || type === service?.contentType) return true;
    return (
      service === undefined && [...this.#services.values()].some(({ contentType }) => contentType === type)
    );
  }

  #healthPage(): ServiceAnswer {
    // The blank at its end is AWS's.
    return page(200, Buffer.from(`healthy: dynamodb.${this.#region}.amazonaws.com `), this.#first);
  }
}

/** What an answer comes as to a request without a body that says no type: DynamoDB's, as the simplest of its types. */
function untypedAnswerOf({ signingName, contentType }: Service): string {
  return signingName === 'dynamodb' ? jsonType : contentType;
}

/** A target without a dot names no service and no operation. */
function targetOf(headers: Headers): { readonly prefix: string; readonly operation: string } {
  const target = header(headers, 'x-amz-target') ?? '';
  const dot = target.lastIndexOf('.');
  return { prefix: target.slice(0, Math.max(dot, 0)), operation: dot < 0 ? '' : target.slice(dot + 1) };
}

/** Who is let in, and how each proves who it is. */
function authenticationOf(options: DispatcherOptions, requireSignatures: boolean): Authenticate {
  const { credentials = [], account, region, clock = systemClock, rejectReplays = false } = options;
  const callers = listedCallers({ credentials, account, others: options.callers });
  const { authenticate } = new SignatureVerifier({ callers, clock, rejectReplays });
  if (requireSignatures) return authenticate;
  if (options.callers === undefined) return trustEveryCaller({ account, region });
  const known: SigningCallers = options.callers;
  return trustEveryCaller({
    account,
    region,
    known: {
      authenticate,
      isKnown: ({ accessKeyId, sessionToken }) =>
        options.inProcess === true
          ? accessKeyId !== trustedKeyId
          : known.find(accessKeyId, sessionToken) !== undefined,
    },
  });
}

function page(status: number, body: Uint8Array, { model }: Service): ServiceAnswer {
  const headers = { 'x-amzn-requestid': newRequestId(model), 'x-amz-crc32': String(crc32(body)) };
  return { status, headers, body };
}

function answer(
  status: number,
  body: Uint8Array,
  { service, contentType, requestId }: Course,
): ServiceAnswer {
  const headers = { 'content-type': contentType, 'x-amzn-requestid': requestId };
  if (service.signingName === 'kms') return { status, headers: { ...headers, ...unkept }, body };
  // Only DynamoDB's clients check it.
  const checked =
    service.signingName !== 'dynamodb' ? headers : { ...headers, 'x-amz-crc32': String(crc32(body)) };
  return { status, headers: checked, body };
}
