/** Our own KMS served over HTTP, as one that a table engine elsewhere asks for its keys; a proxy stands before it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { open } from '../../src/open.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import { VirtualClock } from './virtual-clock.ts';

export const endpointCredentials = { accessKeyId: 'AKIDENGINE', secretAccessKey: 'secret of the engine' };

export interface KmsEndpoint {
  readonly proxy: FaultyProxy;
  /** Of whoever administers the keys; past the proxy. */
  readonly admin: KMSClient;
  /** The ARN of a new customer key. */
  createKey(): Promise<string>;
  close(): Promise<void>;
}

export async function openKmsEndpoint(region = 'eu-central-1'): Promise<KmsEndpoint> {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-kms-endpoint-'));
  // Signatures are dated by the clients' own clock.
  const clock = new VirtualClock(Date.now());
  const rootKey = { file: join(folder, 'keys', 'root.key') };
  const database = await open(join(folder, 'data'), { rootKey, clock, region });
  const server = await database.listen({ credentials: [endpointCredentials] });
  const proxy = await FaultyProxy.open(server.port);
  const admin = new KMSClient(database.clientConfig());
  return {
    proxy,
    admin,
    async createKey() {
      const { KeyMetadata } = await admin.send(new CreateKeyCommand({}));
      return KeyMetadata?.Arn ?? '';
    },
    async close() {
      await proxy.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
