/** A service the dispatcher can be given: its operations, and how its requests and answers look. */
import type { Operation } from '../api/operation.ts';
import type { ModelName } from '../api/shape.ts';
import type { WireService } from '../api/wire-errors.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { Caller } from '../kms/key-service.ts';

export interface ServiceDefinition<Context, Model extends ModelName = WireService> {
  /** The model that holds its inputs, and the way its errors are written. */
  readonly model: Model;
  readonly operations: readonly Operation<Context>[];
  readonly context: (asked: Asked) => Context;
  readonly judge?: Judge;
}

/** Decides on a call of a caller whose policies are known, and says as whom it is run. Refuses AccessDenied. */
export type Judge = (asked: Asked, operation: string, input: object) => Asked;

/** Who asks, and where they found the service. */
export interface Asked {
  readonly caller: Caller;
  readonly connection: ClientConnection;
  /** As the request names it. */
  readonly host: string | undefined;
}

/** One call of an operation, its input checked. */
export type Run = (asked: Asked, input: object) => object | Promise<object>;

export interface Service {
  readonly model: WireService;
  /** What stands before the dot of X-Amz-Target. */
  readonly targetPrefix: string;
  /** What clients of AWS's older generators send in its place. */
  readonly longTargetPrefix?: string;
  readonly contentType: string;
  /** Its name in the scope of a signature. */
  readonly signingName: string;
  readonly bodyBytesMax: number;
  readonly runs: ReadonlyMap<string, Run>;
}

const protocols = {
  dynamodb: {
    targetPrefix: 'DynamoDB_20120810',
    contentType: 'application/x-amz-json-1.0',
    signingName: 'dynamodb',
    bodyBytesMax: 16 * 1024 * 1024,
  },
  streams: {
    targetPrefix: 'DynamoDBStreams_20120810',
    contentType: 'application/x-amz-json-1.0',
    signingName: 'dynamodb',
    bodyBytesMax: 1024 * 1024,
  },
  kms: {
    targetPrefix: 'TrentService',
    contentType: 'application/x-amz-json-1.1',
    signingName: 'kms',
    bodyBytesMax: 1024 * 1024,
  },
  cloudtrail: {
    targetPrefix: 'CloudTrail_20131101',
    longTargetPrefix: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101',
    contentType: 'application/x-amz-json-1.1',
    signingName: 'cloudtrail',
    bodyBytesMax: 1024 * 1024,
  },
} as const satisfies Record<WireService, Omit<Service, 'model' | 'runs'>>;

/** Binds operations to the context they are run in, so that the dispatcher needs to know neither. */
export function serviceOf<Context>(definition: ServiceDefinition<Context>): Service {
  const { model } = definition;
  return { model, ...protocols[model], runs: runsOf(definition) };
}

/** A service whose requests are forms, and whose answers XML: AWS's Query protocol. */
export interface QueryService {
  readonly model: QueryModel;
  readonly signingName: string;
  /** What its requests name, and so what it is known by. */
  readonly version: string;
  readonly namespace: string;
  readonly runs: ReadonlyMap<string, Run>;
}

export type QueryModel = Exclude<ModelName, WireService>;

const queryProtocols = {
  iam: {
    signingName: 'iam',
    version: '2010-05-08',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  },
  sts: {
    signingName: 'sts',
    version: '2011-06-15',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  },
} as const satisfies Record<QueryModel, Omit<QueryService, 'model' | 'runs'>>;

/** As serviceOf. */
export function queryServiceOf<Context>(definition: ServiceDefinition<Context, QueryModel>): QueryService {
  const { model } = definition;
  return { model, ...queryProtocols[model], runs: runsOf(definition) };
}

function runsOf<Context>({ operations, context, judge }: ServiceDefinition<Context, ModelName>) {
  const runs = new Map<string, Run>();
  for (const { name, run } of operations) {
    runs.set(name, (asked, input) => {
      const isJudged = judge !== undefined && asked.caller.identity !== undefined;
      return run(context(isJudged ? judge(asked, name, input) : asked), input);
    });
  }
  return runs;
}
