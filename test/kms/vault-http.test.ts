import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VaultHttp } from '../../src/kms/vault-http.ts';
import { FaultyProxy } from '../support/faulty-proxy.ts';

let server: FaultyProxy;
beforeAll(async () => {
  server = await FaultyProxy.open(1);
});
afterAll(() => server.close());

const { signal } = new AbortController();
const outage = (code: string) => expect.objectContaining({ name: 'Outage', code });
const send = (token = 's.token') =>
  new VaultHttp({ url: server.url, token }).send({ method: 'GET', path: 'transit/keys/k', signal });

describe('a request', () => {
  test('goes to its path below the version of the API, signed in', async () => {
    server.rest = { status: 200, body: '{"data":{"a":1}}' };
    expect(await send()).toEqual({ status: 200, data: { a: 1 }, errors: [] });
    const { method, path, headers, body } = server.requests[0] ?? {};
    expect({ method, path, body }).toEqual({ method: 'GET', path: '/v1/transit/keys/k', body: '' });
    expect(headers).toMatchObject({ 'x-vault-token': 's.token' });
    expect(headers).not.toHaveProperty('x-vault-namespace');
  });

  test('may have a body', async () => {
    const http = new VaultHttp({ url: server.url, token: 't', namespace: 'n' });
    await http.send({ method: 'POST', path: 'transit/encrypt/k', body: { plaintext: 'AA==' }, signal });
    const { headers, body } = server.requests.at(-1) ?? {};
    expect(body).toBe('{"plaintext":"AA=="}');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-vault-namespace': 'n' });
  });

  test.each(['', ' \n', 'two words', 'line\nbreak', 'ümlaut'])('has no token "%s"', async (token) => {
    const before = server.requests.length;
    await expect(send(token)).rejects.toEqual(outage('KeyServiceCredentials'));
    expect(server.requests).toHaveLength(before);
  });

  test('that is called off ends', async () => {
    server.rest = 'hang';
    const end = new AbortController();
    const asking = new VaultHttp({ url: server.url, token: 't' }).send({
      method: 'GET',
      path: 'x',
      signal: end.signal,
    });
    asking.catch(() => {});
    await server.arrived(server.requests.length + 1);
    end.abort();
    await expect(asking).rejects.toEqual(outage('KeyServiceUnavailable'));
  });
});

describe('an answer', () => {
  test('has whatever status and errors it has', async () => {
    server.rest = { status: 400, body: '{"errors":["no",7,"way"]}' };
    expect(await send()).toEqual({ status: 400, data: {}, errors: ['no', 'way'] });
    server.rest = { status: 502, body: 'not JSON' };
    expect(await send()).toEqual({ status: 502, data: {}, errors: [] });
    server.rest = { status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } };
    expect(await send()).toEqual({ status: 307, data: {}, errors: [] });
  });

  test('of success is JSON, and has an end', async () => {
    server.rest = { status: 200, body: 'OK' };
    await expect(send()).rejects.toEqual(outage('KeyServiceWrong'));
    server.rest = { status: 200, body: `"${'x'.repeat(65_535)}"` };
    await expect(send()).rejects.toEqual(outage('KeyServiceWrong'));
    server.rest = { status: 200, body: `"${'x'.repeat(65_534)}"` };
    expect(await send()).toEqual({ status: 200, data: {}, errors: [] });
  });

  test('that is cut off is none', async () => {
    server.rest = 'cut';
    await expect(send()).rejects.toEqual(outage('KeyServiceUnavailable'));
  });
});
