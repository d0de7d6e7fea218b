import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { Outage } from '../../src/base/errors.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { type AwsKmsOptions, awsKms } from '../../src/kms/aws-kms.ts';
import { RemoteKeys } from '../../src/kms/remote-keys.ts';
import { tableService } from '../support/embedded-kms.ts';
import type { ProxyAnswer, ProxyFault } from '../support/faulty-proxy.ts';
import {
  endpointCredentials as credentials,
  type KmsEndpoint,
  openKmsEndpoint,
} from '../support/kms-endpoint.ts';
import { refusalOf } from '../support/refusal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const region = 'eu-central-1';
const context = new Map([
  ['aws:dynamodb:tableName', 'Books'],
  ['aws:dynamodb:subscriberId', '111122223333'],
]);
const core = createFallbackCore();
const none = new Uint8Array(0);
const outage = (code: string) => expect.objectContaining({ name: 'Outage', code });

let endpoint: KmsEndpoint;
let keyArn: string;
beforeAll(async () => {
  endpoint = await openKmsEndpoint(region);
  keyArn = await endpoint.createKey();
});
afterAll(() => endpoint.close());

const opened: RemoteKeys[] = [];
afterEach(() => {
  for (const keys of opened.splice(0)) keys.close();
  const { proxy } = endpoint;
  proxy.requests.length = 0;
  proxy.next.length = 0;
  proxy.rest = 'pass';
  vi.unstubAllEnvs();
});

function remote(options: Partial<AwsKmsOptions> = {}, clock = systemClock): RemoteKeys {
  const client = awsKms({ region, endpoint: endpoint.proxy.url, credentials, ...options });
  const keys = new RemoteKeys({ core, client, clock, random: () => 0 });
  opened.push(keys);
  return keys;
}

const operations = () =>
  endpoint.proxy.requests.map(({ headers }) => String(headers['x-amz-target']).replace('TrentService.', ''));
const bodies = () => endpoint.proxy.requests.map(({ body }) => JSON.parse(body));

describe('over HTTP', () => {
  test('a data key is made and opened, under the key and the context that are named each time', async () => {
    const keys = remote();
    const { key, ciphertext } = await keys.generateDataKey(tableService, keyArn, context);
    const again = await keys.decryptDataKey(tableService, ciphertext, context);
    const sealed = core.sealBytes(key, Buffer.from('x'), none);
    expect(Buffer.from(core.openBytes(again.key, sealed, none)).toString()).toBe('x');
    expect(operations()).toEqual(['GenerateDataKey', 'Decrypt', 'Decrypt']);
    for (const body of bodies()) {
      expect(body).toMatchObject({ KeyId: keyArn, EncryptionContext: Object.fromEntries(context) });
    }
    expect(bodies()[0]).toMatchObject({ KeySpec: 'AES_256' });
  });

  test('keys are described by id, ARN and alias', async () => {
    await endpoint.admin.send(new CreateAliasCommand({ AliasName: 'alias/books', TargetKeyId: keyArn }));
    const expected = { arn: keyArn, keyId: keyArn.slice(-36), state: 'Enabled', manager: 'CUSTOMER' };
    for (const name of [keyArn, keyArn.slice(-36), 'alias/books']) {
      expect(await remote().describeKey(tableService, name)).toEqual(expected);
    }
  });

  test('requests are signed for the region of the key service, whatever that of the table is', async () => {
    await remote().describeKey({ ...tableService, region: 'us-east-1' }, keyArn);
    expect(endpoint.proxy.requests[0]?.headers.authorization).toContain(`/${region}/kms/aws4_request`);
  });

  test('R-DEP-1: the key of one table does not open for another', async () => {
    const keys = remote();
    const { ciphertext } = await keys.generateDataKey(tableService, keyArn, context);
    const other = new Map(context).set('aws:dynamodb:tableName', 'Films');
    expect(await refusalOf(() => keys.decryptDataKey(tableService, ciphertext, other))).toBe(
      'InvalidCiphertext',
    );
  });

  test('R-COM-2: a ciphertext of another key is refused, though that key would open it', async () => {
    const client = awsKms({ region, endpoint: endpoint.proxy.url, credentials });
    const { signal } = new AbortController();
    const other = await endpoint.createKey();
    const { ciphertext } = await client.generateDataKey({ keyArn: other, context, region, signal });
    const asked = client.decryptDataKey({ keyArn, ciphertext, context, region, signal });
    await expect(asked).rejects.toMatchObject({ code: 'IncorrectKey' });
    client.close();
  });
});

describe('a key that is of no use is refused as the embedded service refuses it', () => {
  test('scheduled for deletion, with its date', async () => {
    const arn = await endpoint.createKey();
    const { DeletionDate } = await endpoint.admin.send(
      new ScheduleKeyDeletionCommand({ KeyId: arn, PendingWindowInDays: 7 }),
    );
    expect(await remote().describeKey(tableService, arn)).toMatchObject({
      state: 'PendingDeletion',
      deletionMs: DeletionDate?.getTime(),
    });
    expect(DeletionDate).toBeInstanceOf(Date);
  });

  test('disabled, and of use again when it is enabled', async () => {
    const arn = await endpoint.createKey();
    const keys = remote();
    const { ciphertext } = await keys.generateDataKey(tableService, arn, context);
    const open = () => refusalOf(() => keys.decryptDataKey(tableService, ciphertext, context));
    await endpoint.admin.send(new DisableKeyCommand({ KeyId: arn }));
    expect(await open()).toBe(`KeyDisabled: ${arn} is disabled.`);
    expect(await keys.describeKey(tableService, arn)).toMatchObject({ state: 'Disabled' });
    await endpoint.admin.send(new EnableKeyCommand({ KeyId: arn }));
    expect(await open()).toBe('answered');
  });

  test('pending deletion', async () => {
    const arn = await endpoint.createKey();
    await endpoint.admin.send(new ScheduleKeyDeletionCommand({ KeyId: arn, PendingWindowInDays: 7 }));
    expect(await refusalOf(() => remote().generateDataKey(tableService, arn, context))).toBe(
      `KeyInvalidState: ${arn} is pending deletion.`,
    );
  });

  const missing = 'arn:aws:kms:eu-central-1:000000000000:key/0f6f2a52-3a5d-4a0e-9d8c-5b1f4f0a7c11';
  test.each([
    [missing, `KeyNotFound: Key '${missing}' does not exist`],
    ['alias/none', 'AliasNotFound: Alias arn:aws:kms:eu-central-1:000000000000:alias/none is not found.'],
    ['garbage', "InvalidKeyId: Invalid keyId 'garbage'"],
    [missing.replace(region, 'us-east-1'), 'InvalidArnRegion: Invalid arn us-east-1'],
  ])('not there: %s', async (name, refusal) => {
    expect(await refusalOf(() => remote().describeKey(tableService, name))).toBe(refusal);
  });

  test('of another kind', async () => {
    const { KeyMetadata } = await endpoint.admin.send(
      new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }),
    );
    const made = refusalOf(() => remote().generateDataKey(tableService, KeyMetadata?.Arn ?? '', context));
    expect(await made).toMatch(/^(KeyUsageWrong|UnsupportedKeyOperation|Validation): /);
  });
});

const throttled: ProxyAnswer = {
  status: 400,
  body: '{"__type":"ThrottlingException","message":"You have exceeded the rate at which you may call KMS."}',
};
const kmsFault = (name: string, status: number): ProxyAnswer => ({ status, body: `{"__type":"${name}"}` });

describe('what passes is asked again', () => {
  const passing: [string, ProxyFault][] = [
    ['a cut connection', 'cut'],
    ['throttling', throttled],
    ['KMSInternalException', kmsFault('KMSInternalException', 500)],
    ['DependencyTimeoutException', kmsFault('DependencyTimeoutException', 503)],
    ['KeyUnavailableException', kmsFault('KeyUnavailableException', 500)],
    ['a gateway that speaks no JSON', { status: 502, body: '<html>Bad gateway</html>' }],
    ['half an error', { status: 500, body: '{"__type":"KMSInternal' }],
  ];
  for (const [name, fault] of passing) {
    test(`${name}, three times and no more`, async () => {
      const keys = remote();
      endpoint.proxy.next.push(fault, fault, fault);
      expect(await keys.describeKey(tableService, keyArn)).toMatchObject({ arn: keyArn });
      expect(endpoint.proxy.requests).toHaveLength(4);
      endpoint.proxy.rest = fault;
      const code = fault === throttled ? 'KeyServiceThrottled' : 'KeyServiceUnavailable';
      await expect(keys.describeKey(tableService, keyArn)).rejects.toEqual(outage(code));
      expect(endpoint.proxy.requests).toHaveLength(8);
    });
  }

  test('a service that is not there', async () => {
    const keys = remote({ endpoint: 'http://127.0.0.1:1' });
    await expect(keys.describeKey(tableService, keyArn)).rejects.toEqual(outage('KeyServiceUnavailable'));
  });

  test('one that is silent, for as long as an attempt may take', async () => {
    const clock = new VirtualClock();
    const keys = remote({ patience: { attemptsMax: 1 } }, clock);
    endpoint.proxy.rest = 'hang';
    const asking = keys.describeKey(tableService, keyArn);
    asking.catch(() => {});
    await endpoint.proxy.arrived(1);
    clock.advance(1999);
    expect(clock.timers).toBe(1);
    clock.advance(1);
    await expect(asking).rejects.toEqual(outage('KeyServiceSlow'));
  });
});

describe('a service that answers what cannot be right', () => {
  const answer = (change: (fields: Record<string, string>) => object): ProxyFault => {
    return ({ body, ...rest }) => ({ ...rest, body: JSON.stringify(change(JSON.parse(body))) });
  };
  const anything = Buffer.alloc(32, 7).toString('base64');
  const lies: [string, ProxyFault][] = [
    ['another key', answer((fields) => ({ ...fields, KeyId: `${keyArn.slice(0, -1)}0` }))],
    ['another plaintext', answer((fields) => ({ ...fields, Plaintext: anything }))],
    ['a short plaintext', answer((fields) => ({ ...fields, Plaintext: 'AAAA' }))],
    ['no plaintext', answer(({ Plaintext, ...fields }) => fields)],
    ['no key', answer(({ KeyId, ...fields }) => fields)],
    ['nothing', answer(() => ({}))],
    ['half a JSON', ({ body, ...rest }) => ({ ...rest, body: body.slice(0, -2) })],
    ['no JSON', { status: 200, body: 'OK' }],
    ['an error nobody knows', kmsFault('NoSuchException', 400)],
    ['another place to ask', { status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } }],
  ];
  for (const [name, fault] of lies) {
    test(`to Decrypt: ${name}`, async () => {
      const keys = remote();
      const { ciphertext } = await keys.generateDataKey(tableService, keyArn, context);
      endpoint.proxy.requests.length = 0;
      endpoint.proxy.rest = fault;
      const decrypted = keys.decryptDataKey(tableService, ciphertext, context);
      await expect(decrypted).rejects.toEqual(outage('KeyServiceWrong'));
      expect(endpoint.proxy.requests).toHaveLength(1);
    });

    test(`to GenerateDataKey: ${name}`, async () => {
      // Once: a service that lies alike each time keeps a key that it made up, and no harm is done.
      endpoint.proxy.next.push(fault);
      const made = remote().generateDataKey(tableService, keyArn, context);
      await expect(made).rejects.toEqual(outage('KeyServiceWrong'));
    });
  }

  test('to GenerateDataKey: a ciphertext of another key', async () => {
    const { proxy } = endpoint;
    const other = await endpoint.createKey();
    const { signal } = new AbortController();
    const client = awsKms({ region, endpoint: proxy.url, credentials });
    const foreign = await client.generateDataKey({ keyArn: other, context, region, signal });
    client.close();
    const CiphertextBlob = Buffer.from(foreign.ciphertext).toString('base64');
    proxy.next.push(answer((fields) => ({ ...fields, CiphertextBlob })));
    const made = remote().generateDataKey(tableService, keyArn, context);
    await expect(made).rejects.toEqual(outage('KeyServiceWrong'));
  });

  test('to DescribeKey: nothing', async () => {
    endpoint.proxy.rest = { status: 200, body: '{}' };
    await expect(remote().describeKey(tableService, keyArn)).rejects.toEqual(outage('KeyServiceWrong'));
  });

  test('to DescribeKey: a state of the future, which allows nothing', async () => {
    const KeyMetadata = { KeyId: 'k', Arn: keyArn, KeyState: 'Dreaming' };
    endpoint.proxy.rest = { status: 200, body: JSON.stringify({ KeyMetadata }) };
    expect(await remote().describeKey(tableService, keyArn)).toMatchObject({ state: 'Unavailable' });
  });

  test('R-LOG-1: is not quoted by the fault, nor by what caused it', async () => {
    const canary = 'Q0FOQVJZIG9mIGEgZGF0YSBrZXk=';
    const keys = remote();
    for (const status of [200, 400, 500]) {
      endpoint.proxy.rest = { status, body: `${canary}"` };
      const fault: unknown = await keys.describeKey(tableService, keyArn).catch((thrown) => thrown);
      expect(fault).toBeInstanceOf(Outage);
      let told = '';
      for (let at: unknown = fault; at instanceof Error; at = at.cause)
        told += `${at.stack}${JSON.stringify(at)}`;
      expect(told).not.toContain(canary.slice(0, 8));
    }
  });
});

describe('credentials', () => {
  const wrong = { ...credentials, secretAccessKey: 'another' };
  const failing = async () => {
    throw Object.assign(new Error('no role'), { name: 'CredentialsProviderError' });
  };
  test.each([
    ['that do not sign', wrong],
    ['nobody knows', { ...credentials, accessKeyId: 'AKIDNOBODY' }],
    ['that cannot be had', failing],
  ])('%s are told from a key that is refused, and not tried again', async (_, given) => {
    const asked = remote({ credentials: given }).describeKey(tableService, keyArn);
    await expect(asked).rejects.toEqual(outage('KeyServiceCredentials'));
    expect(endpoint.proxy.requests.length).toBeLessThanOrEqual(1);
  });
});

describe('R-SSRF-1: regions', () => {
  test('one has every key, several those of their tables, and no other is ever asked', async () => {
    const keys = remote({ region: [region, 'eu-west-1'] });
    expect(await keys.describeKey({ ...tableService, region }, keyArn)).toMatchObject({ arn: keyArn });
    const elsewhere = { ...tableService, region: 'us-east-1' };
    expect(await refusalOf(() => keys.describeKey(elsewhere, keyArn))).toBe(
      'InvalidArnRegion: Invalid arn us-east-1',
    );
    expect(endpoint.proxy.requests).toHaveLength(1);
  });

  test('a key is asked for where it is, also for a table of another one of them', async () => {
    const keys = remote({ region: ['eu-west-1', region] });
    const { ciphertext } = await keys.generateDataKey(
      { ...tableService, region: 'eu-west-1' },
      keyArn,
      context,
    );
    const authorizations = endpoint.proxy.requests.map(({ headers }) => headers.authorization);
    for (const authorization of authorizations) expect(authorization).toContain(`/${region}/kms/`);
    const moved = remote({ region: 'eu-west-1' });
    await expect(moved.decryptDataKey(tableService, ciphertext, context)).rejects.toEqual(
      outage('KeyServiceUnavailable'),
    );
  });

  test.each([['', 'x'], ['us east'], ['evil.example/'], ['us-east-1@evil'], []])(
    '%s is none',
    (...regions) => {
      expect(() => awsKms({ region: regions })).toThrow(TypeError);
    },
  );
});

describe('R-NET-1: an endpoint', () => {
  test('without TLS is for this machine alone', () => {
    expect(() => awsKms({ region, endpoint: 'http://kms.example.com' })).toThrow(
      new Outage('KeyServiceUnsafe').message,
    );
    expect(() => awsKms({ region, endpoint: 'ftp://127.0.0.1' })).toThrow(TypeError);
  });

  test('that the environment names is held to the same', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_KMS', 'http://kms.example.com');
    const client = awsKms({ region, credentials });
    const keys = new RemoteKeys({ core, client, clock: systemClock });
    await expect(keys.describeKey(tableService, keyArn)).rejects.toEqual(outage('KeyServiceUnsafe'));
    keys.close();
  });
});

test('closed, it can be asked again', async () => {
  const client = awsKms({ region, endpoint: endpoint.proxy.url, credentials });
  const { signal } = new AbortController();
  for (let round = 0; round < 2; round++) {
    expect(await client.describeKey({ keyId: keyArn, region, signal })).toMatchObject({ arn: keyArn });
    client.close();
  }
  expect(client.name).toBe(`AWS KMS in ${region}`);
});
