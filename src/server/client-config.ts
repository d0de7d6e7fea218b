/** What a client of the AWS SDK is made with to talk to an engine in its own process. */
import type { InProcessHandler } from './in-process.ts';

/** What of a request the SDK's signer is handed matters here. */
interface SignableRequest {
  readonly headers: Record<string, string>;
}

export interface ClientConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly signer: { sign<Request extends SignableRequest>(request: Request): Promise<Request> };
  readonly requestHandler: InProcessHandler;
}

/**
 * Clients insist on an endpoint, on credentials and on signing; in one process none of them leads anywhere or proves
 * anything. So a signature here says only which region the client is of, and costs nothing.
 */
export function clientConfig(region: string, requestHandler: InProcessHandler): ClientConfig {
  const authorization = `AWS4-HMAC-SHA256 Credential=in-process/19700101/${region}/cryptable/aws4_request`;
  return {
    region,
    endpoint: 'http://cryptable.in-process',
    credentials: { accessKeyId: 'in-process', secretAccessKey: 'in-process' },
    signer: {
      async sign(request) {
        request.headers.authorization = authorization;
        return request;
      },
    },
    requestHandler,
  };
}
