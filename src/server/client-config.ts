/** What a client of the AWS SDK is made with to talk to an engine in its own process. */
import type { InProcessHandler } from './in-process.ts';
import { trustedKeyId } from './request.ts';

/** What of a request the SDK's signer is handed matters here. */
interface SignableRequest {
  readonly headers: Record<string, string>;
}

/** Of an access key of a user, or of a session. */
export interface ClientCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ClientConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: ClientCredentials;
  /** Absent where the client signs in earnest. */
  readonly signer?: { sign<Request extends SignableRequest>(request: Request): Promise<Request> };
  readonly requestHandler: InProcessHandler;
}

const endpoint = 'http://cryptable.in-process';

/**
 * Clients insist on an endpoint, on credentials and on signing; in one process none of them leads anywhere or proves
 * anything. So a signature here says only which region the client is of, and costs nothing. With credentials the client is
 * whoever has them, may do what that one may, and signs as over a wire.
 */
export function clientConfig(
  region: string,
  requestHandler: InProcessHandler,
  credentials?: ClientCredentials,
): ClientConfig {
  if (credentials !== undefined) return { region, endpoint, credentials, requestHandler };
  const authorization = `AWS4-HMAC-SHA256 Credential=${trustedKeyId}/19700101/${region}/cryptable/aws4_request`;
  return {
    region,
    endpoint,
    credentials: { accessKeyId: trustedKeyId, secretAccessKey: trustedKeyId },
    signer: {
      async sign(request) {
        request.headers.authorization = authorization;
        return request;
      },
    },
    requestHandler,
  };
}
