/** A service the dispatcher can be given: its operations, and how its requests and answers look. */
import type { Operation } from '../api/operation.ts';
import type { ModelName } from '../api/shape.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { Caller } from '../kms/key-service.ts';

export interface ServiceDefinition<Context> {
  /** The model that holds its inputs, and the way its errors are written. */
  readonly model: ModelName;
  readonly operations: readonly Operation<Context>[];
  readonly context: (asked: Asked) => Context;
}

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
  readonly model: ModelName;
  /** What stands before the dot of X-Amz-Target. */
  readonly targetPrefix: string;
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
} as const satisfies Record<ModelName, Omit<Service, 'model' | 'runs'>>;

/** Binds operations to the context they are run in, so that the dispatcher needs to know neither. */
export function serviceOf<Context>({ model, operations, context }: ServiceDefinition<Context>): Service {
  const runs = new Map<string, Run>();
  for (const { name, run } of operations) {
    runs.set(name, (asked, input) => run(context(asked), input));
  }
  return { model, ...protocols[model], runs };
}
