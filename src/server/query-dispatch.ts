/** From a request of AWS's Query protocol to its answer: IAM and STS, chosen by the version that the form names. */
import { isUtf8 } from 'node:buffer';
import { queryFault } from '../api/query-errors.ts';
import { formFields, formInput } from '../api/query-form.ts';
import { parseInput } from '../api/shape.ts';
import { loggedFault } from '../api/wire-errors.ts';
import { xmlAnswer, xmlFault } from '../api/xml-answer.ts';
import { Refusal } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CallObserver } from './call-observer.ts';
import { baseTypeOf, type Headers, header, type ServiceAnswer, type ServiceRequest } from './request.ts';
import { newRequestId } from './request-id.ts';
import type { QueryService } from './service.ts';
import type { Authenticate } from './signature.ts';

/** Forms are parsed before their sender is known: none is long. The longest holds policies to be simulated. */
export const formBytesMax = 256 * 1024;

const formType = 'application/x-www-form-urlencoded';

/** True for what is no request of the JSON protocols. */
export function isForm(headers: Headers): boolean {
  // First, since it is all that most requests are asked.
  if (header(headers, 'x-amz-target') !== undefined) return false;
  return baseTypeOf(headers) === formType;
}

export interface QueryDispatcherOptions {
  readonly services: readonly QueryService[];
  readonly authenticate: Authenticate;
  readonly observer?: CallObserver | undefined;
  readonly log: Log;
}

/** What became known of a request on its way. */
interface Course {
  readonly requestId: string;
  operation: string;
  service: Pick<QueryService, 'namespace'>;
}

export class QueryDispatcher {
  readonly #services: readonly QueryService[];
  readonly #authenticate: Authenticate;
  readonly #observer: CallObserver | undefined;
  readonly #log: Log;

  constructor({ services, authenticate, observer, log }: QueryDispatcherOptions) {
    this.#services = services;
    this.#authenticate = authenticate;
    this.#observer = observer;
    this.#log = log;
  }

  /** Never rejects. */
  async dispatch(request: ServiceRequest): Promise<ServiceAnswer> {
    const course = this.#begin();
    try {
      const output = await this.#run(request, course);
      const { operation, service } = course;
      const body = xmlAnswer(output, {
        operation,
        namespace: service.namespace,
        requestId: course.requestId,
      });
      return answer(200, body, course);
    } catch (fault) {
      return this.#faultAnswer(fault, course);
    }
  }

  /** The answer to a form that was not read to its end. */
  tooLarge(): ServiceAnswer {
    return this.#faultAnswer(new Refusal('RequestTooLarge', {}), this.#begin());
  }

  #begin(): Course {
    return {
      requestId: newRequestId('iam'),
      operation: '',
      service: this.#services[0] ?? { namespace: '' },
    };
  }

  #run(request: ServiceRequest, course: Course): object | Promise<object> {
    const { body, headers, connection } = request;
    if (!isUtf8(body)) throw new Refusal('Serialization', { message: 'A form is written in UTF-8' });
    const fields = formFields(body);
    const operation = fields.get('Action') ?? '';
    const version = fields.get('Version') ?? '';
    const service = this.#services.find((each) => each.version === version);
    if (service !== undefined) course.service = service;
    const run = service?.runs.get(operation);
    if (service === undefined || run === undefined) {
      const named = `${operation.slice(0, 128)} for version ${version.slice(0, 32)}`;
      throw new Refusal('UnknownOperation', { message: `Could not find operation ${named}` });
    }
    course.operation = operation;
    const caller = this.#authenticate(request, service.signingName);
    const { model } = service;
    const asked = { caller, connection, host: header(headers, 'host') };
    const checkedInput = () => parseInput(model, operation, formInput(model, operation, fields));
    if (this.#observer?.observes(model, operation) !== true) return run(asked, checkedInput());
    const { requestId } = course;
    return this.#observer.observe({ model, operation, caller, request, requestId }, (checked) => {
      const input = checkedInput();
      checked(input);
      return run(asked, input);
    });
  }

  #faultAnswer(fault: unknown, { requestId, operation, service: { namespace } }: Course): ServiceAnswer {
    const { status, code, message, ours } = queryFault(fault);
    if (ours) {
      this.#log.error({ requestId, operation, ...loggedFault(fault) }, 'a request failed by our fault');
    }
    const type = ours ? 'Receiver' : 'Sender';
    return answer(status, xmlFault({ code, message, type, namespace, requestId }), { requestId });
  }
}

function answer(status: number, body: Uint8Array, { requestId }: Pick<Course, 'requestId'>): ServiceAnswer {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}
