/** The KMS API as its dispatcher runs it: JSON in, JSON out, refusals as a client reads them. And what all operations share. */
import { describe, expect, test } from 'vitest';
import { encodeBody, parseJsonBody } from '../../src/api/json.ts';
import type { JsonObject } from '../../src/api/json-type.ts';
import type { KmsContext } from '../../src/api/kms/context.ts';
import { noOutput, type Operation } from '../../src/api/operation.ts';
import { parseInput } from '../../src/api/shape.ts';
import { wireFault } from '../../src/api/wire-errors.ts';
import type { NewKey } from '../../src/kms/embedded/key-administration.ts';
import type { Caller } from '../../src/kms/key-service.ts';
import { account, type KmsForTest, openKms, region, user } from './embedded-kms.ts';

type KmsOperation = Operation<KmsContext>;

export interface KmsApi extends KmsForTest {
  /** What the client gets; `nothing` where that is no body. `input` as an SDK holds it: bytes are written as base64. */
  call(operation: KmsOperation, input: object, caller?: Caller): Promise<JsonObject>;
  /** The body of the refusal; a call that is answered, or refused as our own fault, fails the test. */
  refusal(operation: KmsOperation, input: object, caller?: Caller): Promise<JsonObject>;
}

/** What an answer without a body is told by; an answer that is an empty object is another one. */
export const nothing: JsonObject = {};

export async function openKmsApi(options: Parameters<typeof openKms>[0] = {}): Promise<KmsApi> {
  const opened = await openKms(options);
  const call = async (operation: KmsOperation, input: object, caller = user) => {
    const checked = parseInput('kms', operation.name, parseJsonBody(encodeBody(input)));
    const output = await operation.run({ kms: opened.kms, caller }, checked);
    return output === noOutput ? nothing : parseJsonBody(encodeBody(output));
  };
  const refusal = async (operation: KmsOperation, input: object, caller = user) => {
    let fault: unknown;
    try {
      await call(operation, input, caller);
    } catch (thrown) {
      fault = thrown;
    }
    expect(fault, `${operation.name} was to be refused`).toBeDefined();
    const { status, body, ours } = wireFault(fault, 'kms');
    expect({ status, ours }, String(fault)).toEqual({ status: 400, ours: false });
    return parseJsonBody(encodeBody(body));
  };
  return { ...opened, call, refusal };
}

export const unknownKeyId = '00000000-0000-0000-0000-000000000000';
export const arnOf = (resource: string) => `arn:aws:kms:${region}:${account}:${resource}`;
/** Someone of another account. */
export const stranger: Caller = {
  arn: 'arn:aws:iam::444455556666:user/eve',
  account: '444455556666',
  region,
};

export function bytesOf(base64: unknown): Buffer {
  return Buffer.from(String(base64), 'base64');
}

export function refused(type: string, message?: string): JsonObject {
  return { __type: type, ...(message === undefined ? {} : { message }) };
}

export function invalid(problem: string): JsonObject {
  return refused('ValidationException', `1 validation error detected: ${problem}`);
}

/** How an operation is called on one key, whose id is given in whatever form. */
export interface KeyOperationUnderTest {
  readonly operation: KmsOperation;
  readonly inputOf: (keyId: string) => object;
  /** What the key is like; a plain symmetric one where absent. */
  readonly newKey?: NewKey;
}

/** `path`: the member of the key id. `any`: an alias will do; `keyOnly`: it will not, as `noAlias` says. */
export function refusesOtherKeyIds(
  { operation, inputOf, newKey = {} }: KeyOperationUnderTest,
  { forms, path = 'keyId', noAlias }: { forms: 'any' | 'keyOnly'; path?: string; noAlias?: string },
): void {
  const notFound = (message: string) => refused('NotFoundException', message);
  const elsewhere = `arn:aws:kms:eu-west-1:${account}:key/${unknownKeyId}`;
  const aliases = [
    ['alias/nobody', `Alias ${arnOf('alias/nobody')} is not found.`],
    [arnOf('alias/nobody'), `Alias ${arnOf('alias/nobody')} is not found.`],
  ] as const;
  const cases: readonly (readonly [keyId: string, body: JsonObject])[] = [
    [unknownKeyId, notFound(`Key '${arnOf(`key/${unknownKeyId}`)}' does not exist`)],
    [arnOf(`key/${unknownKeyId}`), notFound(`Key '${arnOf(`key/${unknownKeyId}`)}' does not exist`)],
    ['garbage', notFound("Invalid keyId 'garbage'")],
    [elsewhere, notFound('Invalid arn eu-west-1')],
    ...aliases.map(
      ([alias, missing]) =>
        [
          alias,
          noAlias === undefined
            ? notFound(forms === 'any' ? missing : `Invalid keyId '${alias}'`)
            : refused('ValidationException', noAlias),
        ] as const,
    ),
    [
      'x'.repeat(2049),
      invalid(
        `Value '${'x'.repeat(1024)}...' at '${path}' failed to satisfy constraint: Member must have length less than or equal to 2048`,
      ),
    ],
    [
      '',
      invalid(
        `Value '' at '${path}' failed to satisfy constraint: Member must have length greater than or equal to 1`,
      ),
    ],
  ];
  describe(`${operation.name} finds its key (E1)`, () => {
    for (const [keyId, body] of cases) {
      test(`not by '${keyId.slice(0, 90)}'`, async () => {
        const api = await openKmsApi();
        expect(await api.refusal(operation, inputOf(keyId))).toEqual(body);
      });
    }

    test(`by id and by ARN${forms === 'any' ? ', by alias and by alias ARN' : ''}`, async () => {
      const named = forms === 'any' ? ['alias/books', arnOf('alias/books')] : [];
      for (const form of ['id', 'arn', ...named]) {
        const api = await openKmsApi();
        const { keyId, arn } = await api.kms.keys.create(user, newKey);
        await api.kms.aliases.create(user, 'alias/books', keyId);
        const given = form === 'id' ? keyId : form === 'arn' ? arn : form;
        await expect(api.call(operation, inputOf(given))).resolves.toBeTypeOf('object');
      }
    });

    test('for its own account alone', async () => {
      const api = await openKmsApi();
      const { keyId, arn } = await api.kms.keys.create(user, newKey);
      const bodies = [];
      for (const given of [keyId, arn]) bodies.push(await api.refusal(operation, inputOf(given), stranger));
      expect(bodies[0]?.__type).toBe('NotFoundException');
      expect(bodies[1]).toEqual({
        __type: 'AccessDeniedException',
        Message: expect.stringMatching(
          new RegExp(
            `^User: ${stranger.arn} is not authorized to perform: kms:\\w+ on resource: ${arn} ` +
              'because the resource does not exist in this Region, no resource-based policies allow access, ' +
              'or a resource-based policy explicitly denies access$',
          ),
        ),
      });
    });
  });
}

/** What a key in each state that can be reached is refused with; `ok`: it is not. */
export interface StateVerdicts {
  readonly Enabled: StateVerdict;
  readonly Disabled: StateVerdict;
  readonly PendingDeletion: StateVerdict;
  readonly PendingImport: StateVerdict;
}
type StateVerdict =
  | 'ok'
  | 'is disabled.'
  | 'is pending deletion.'
  | 'is pending import.'
  | 'is not pending deletion.'
  | 'origin is EXTERNAL which is not valid for this operation.';

/** The rows of the table of key states, as AWS documents it. */
export const stateRows = {
  always: { Enabled: 'ok', Disabled: 'ok', PendingDeletion: 'ok', PendingImport: 'ok' },
  notDying: { Enabled: 'ok', Disabled: 'ok', PendingDeletion: 'is pending deletion.', PendingImport: 'ok' },
  switching: {
    Enabled: 'ok',
    Disabled: 'ok',
    PendingDeletion: 'is pending deletion.',
    PendingImport: 'is pending import.',
  },
  using: {
    Enabled: 'ok',
    Disabled: 'is disabled.',
    PendingDeletion: 'is pending deletion.',
    PendingImport: 'is pending import.',
  },
} as const satisfies Record<string, StateVerdicts>;

/** Automatic rotation is for keys with material of the service's own, whatever their state. */
export const rotationStates = {
  setting: { ...stateRows.using, PendingImport: 'origin is EXTERNAL which is not valid for this operation.' },
  status: { ...stateRows.always, PendingImport: 'origin is EXTERNAL which is not valid for this operation.' },
} as const satisfies Record<string, StateVerdicts>;

export function keepsStates(
  { operation, inputOf, newKey = {} }: KeyOperationUnderTest,
  verdicts: StateVerdicts,
): void {
  for (const [state, verdict] of Object.entries(verdicts)) {
    test(`${operation.name}, asked for a key that is ${state}: ${verdict} (E5)`, async () => {
      const api = await openKmsApi();
      const arn = await keyIn(state, api, newKey);
      if (verdict === 'ok') {
        await expect(api.call(operation, inputOf(arn))).resolves.toBeTypeOf('object');
        return;
      }
      expect(await api.refusal(operation, inputOf(arn))).toEqual(
        refused(typeOf(verdict), `${arn} ${verdict}`),
      );
    });
  }
}

function typeOf(verdict: StateVerdict): string {
  if (verdict === 'is disabled.') return 'DisabledException';
  return verdict.startsWith('origin') ? 'UnsupportedOperationException' : 'KMSInvalidStateException';
}

/** The ARN of a new key in a state. */
export async function keyIn(state: string, { kms }: KmsForTest, newKey: NewKey = {}): Promise<string> {
  const origin = state === 'PendingImport' ? 'EXTERNAL' : 'AWS_KMS';
  const { arn } = await kms.keys.create(user, { ...newKey, origin });
  if (state === 'Disabled') await kms.keys.disable(user, arn);
  if (state === 'PendingDeletion') await kms.keys.scheduleDeletion(user, arn, 7);
  return arn;
}
