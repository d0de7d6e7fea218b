/** Policies put, grants made and revoked, aliases made and deleted, a key rotated: all that a key service stores beside keys. */
import type { JsonCall } from './json-call.ts';
import { type Course, type PreparedPath, type WritePath, writeUntilOver } from './write-path.ts';

const grantee = 'arn:aws:iam::000000000000:role/reader';
const names = ['n-1', 'n-2', 'n-3'];
/** The service lets a key be rotated on demand 25 times. */
const rotationsMax = 25;

interface LoadedKey {
  readonly KeyId: string;
  /** One for each material that was seen to seal something. */
  readonly ciphertexts: string[];
}

export const keyService: WritePath = {
  name: 'key service',
  async prepare(call) {
    const { KeyMetadata } = await call('CreateKey', {});
    return pathOf({ KeyId: KeyMetadata.Arn, ciphertexts: [] });
  },
};

function pathOf(key: LoadedKey): PreparedPath {
  return {
    load: async (course) => {
      await Promise.all([
        writeUntilOver(course, (turn) => putPolicy(course, key, turn)),
        writeUntilOver(course, (turn) => makeOrRevokeGrant(course, key, turn)),
        writeUntilOver(course, (turn) => makeOrDeleteAlias(course, key, turn)),
        writeUntilOver(course, (turn) => setRotation(course, key, turn)),
        writeUntilOver(course, () => rotate(course, key)),
      ]);
    },
    read: (call) => readKeyService(call, key),
  };
}

async function putPolicy({ call, ledger }: Course, { KeyId }: LoadedKey, turn: number): Promise<void> {
  const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Id: `${turn}`, Statement });
  await ledger.write('policy', `${turn}`, () => call('PutKeyPolicy', { KeyId, Policy }));
}

async function makeOrRevokeGrant(
  { call, ledger }: Course,
  { KeyId }: LoadedKey,
  turn: number,
): Promise<void> {
  const Name = names[turn % names.length];
  const id = `grant ${Name}`;
  if (ledger.last(id) === undefined) {
    const input = { KeyId, Name, GranteePrincipal: grantee, Operations: ['Decrypt'] };
    await ledger.write(id, 'there', () => call('CreateGrant', input));
    return;
  }
  const { Grants } = await call('ListGrants', { KeyId });
  const GrantId = Grants.find((grant: { Name: string }) => grant.Name === Name)?.GrantId;
  await ledger.write(id, undefined, () => call('RevokeGrant', { KeyId, GrantId }));
}

async function makeOrDeleteAlias(
  { call, ledger }: Course,
  { KeyId }: LoadedKey,
  turn: number,
): Promise<void> {
  const AliasName = `alias/${names[turn % names.length]}`;
  if (ledger.last(AliasName) === undefined) {
    await ledger.write(AliasName, 'there', () => call('CreateAlias', { AliasName, TargetKeyId: KeyId }));
    return;
  }
  await ledger.write(AliasName, undefined, () => call('DeleteAlias', { AliasName }));
}

async function setRotation({ call, ledger }: Course, { KeyId }: LoadedKey, turn: number): Promise<void> {
  if (turn % 4 === 0) {
    await ledger.write('rotation', 'off', () => call('DisableKeyRotation', { KeyId }));
    return;
  }
  const RotationPeriodInDays = 90 + (turn % 100);
  await ledger.write('rotation', `${RotationPeriodInDays}`, () =>
    call('EnableKeyRotation', { KeyId, RotationPeriodInDays }),
  );
}

/** What the new material seals is kept: it must open for ever. */
async function rotate({ call, ledger }: Course, { KeyId, ciphertexts }: LoadedKey): Promise<void> {
  const count = Number(ledger.last('materials')) + 1;
  if (count <= 1 + rotationsMax) {
    await ledger.write('materials', `${count}`, () => call('RotateKeyOnDemand', { KeyId }));
  }
  const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: 'eA==' });
  if (ciphertexts.length < 2 * rotationsMax) ciphertexts.push(CiphertextBlob);
}

async function readKeyService(
  call: JsonCall,
  { KeyId, ciphertexts }: LoadedKey,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const { Policy } = await call('GetKeyPolicy', { KeyId });
  found.set('policy', JSON.parse(Policy).Id);
  for (const { Name } of (await call('ListGrants', { KeyId })).Grants) found.set(`grant ${Name}`, 'there');
  for (const { AliasName } of (await call('ListAliases', { KeyId })).Aliases) found.set(AliasName, 'there');
  const { KeyRotationEnabled, RotationPeriodInDays } = await call('GetKeyRotationStatus', { KeyId });
  found.set('rotation', KeyRotationEnabled ? `${RotationPeriodInDays}` : 'off');
  const all = { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' };
  found.set('materials', `${(await call('ListKeyRotations', all)).Rotations.length}`);
  // Rejects where one does not open.
  for (const CiphertextBlob of ciphertexts) await call('Decrypt', { CiphertextBlob });
  return found;
}
