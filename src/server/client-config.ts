/** What a client of the AWS SDK is made with to talk to an engine in its own process. */
import type { InProcessHandler } from './in-process.ts';

export interface ClientConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly requestHandler: InProcessHandler;
}

/** Clients insist on an endpoint and on credentials; in one process neither leads anywhere or proves anything. */
export function clientConfig(region: string, requestHandler: InProcessHandler): ClientConfig {
  return {
    region,
    endpoint: 'http://cryptable.in-process',
    credentials: { accessKeyId: 'in-process', secretAccessKey: 'in-process' },
    requestHandler,
  };
}
