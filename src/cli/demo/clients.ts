/** The AWS SDK's clients, pointed at the demo's server over HTTP. */
import type { Credentials } from '../credentials.ts';
import type { Packages } from './packages.ts';

export type Clients = ReturnType<typeof makeClients>;

export function makeClients({ dynamo, kms, lib }: Packages, endpoint: string, credentials: Credentials) {
  const settings = { endpoint, region: 'us-east-1', credentials };
  const tables = new dynamo.DynamoDBClient(settings);
  const keys = new kms.KMSClient(settings);
  const documents = lib.DynamoDBDocumentClient.from(tables);
  return {
    tables,
    keys,
    documents,
    close() {
      documents.destroy();
      tables.destroy();
      keys.destroy();
    },
  };
}
