import { expect, test } from 'vitest';
import { clientConfig } from '../../src/server/client-config.ts';
import { inProcessHandler } from '../../src/server/in-process.ts';
import { UnderWay } from '../../src/server/under-way.ts';
import { smallDispatcher } from './support.ts';

test('a config leads to its handler, and to nowhere on any network', () => {
  const handler = inProcessHandler(smallDispatcher(), new UnderWay());
  const config = clientConfig('eu-west-1', handler);
  expect(config.region).toBe('eu-west-1');
  expect(config.requestHandler).toBe(handler);
  // No name server knows such a name (RFC 6761 and the list of top-level domains).
  expect(new URL(config.endpoint).hostname).toBe('cryptable.in-process');
  expect(handler.httpHandlerConfigs()).toEqual({});
});

test('a signature names the region of its client, and no secret goes into it', async () => {
  const { signer } = clientConfig('eu-west-1', inProcessHandler(smallDispatcher(), new UnderWay()));
  const headers: Record<string, string> = { host: 'cryptable.in-process' };
  const request = { headers, body: '{}' };
  const signed = await signer?.sign(request);
  expect(signed).toBe(request);
  expect(signed?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=[^,/]+\/\d{8}\/eu-west-1\//);
});

test('with credentials a client signs in earnest: nothing stands in for its signer', () => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
  const config = clientConfig('eu-west-1', inProcessHandler(smallDispatcher(), new UnderWay()), credentials);
  expect(config.credentials).toEqual(credentials);
  expect(config).not.toHaveProperty('signer');
});
