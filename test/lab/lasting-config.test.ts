import { expect, test } from 'vitest';
import { lastingConfig } from '../../src/lab/lasting-config.ts';
import { type ClientConfig, clientConfig } from '../../src/server/client-config.ts';

function configAnswering(statusCode: number, destroyed: number[]): ClientConfig {
  return clientConfig('eu-west-1', {
    metadata: { handlerProtocol: 'in-process' },
    handle: async () => ({ response: { statusCode, headers: {}, body: new Uint8Array() } }),
    destroy: () => void destroyed.push(statusCode),
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig: () => {},
  });
}

test('leads to whatever store is open when it is asked', async () => {
  const destroyed: number[] = [];
  let now = configAnswering(201, destroyed);
  const { region, requestHandler } = lastingConfig(() => now);
  expect(region).toBe('eu-west-1');
  const ask = async () => {
    const request = { method: 'POST', path: '/', headers: {}, body: '' };
    return (await requestHandler.handle(request)).response.statusCode;
  };
  expect(await ask()).toBe(201);
  now = configAnswering(202, destroyed);
  expect(await ask()).toBe(202);
  requestHandler.destroy();
  expect(destroyed).toEqual([202]);
});
