import { describe, expect } from 'vitest';
import { nistGcmCases, type WycheproofGcmGroup, wycheproof } from '../support/published-vectors.ts';
import { arm64, build, plain, proofTest, run, sanitized, type Variant } from './proof.ts';

/** Runs on the machine itself, or on another that an emulator plays. */
interface Machine {
  readonly name: string;
  readonly variant: Variant;
  readonly emulator: readonly string[];
  /** Which must be usable, and none before them. */
  readonly kernels: readonly string[];
  /** Kernels are compared up to this length, and at some greater ones. */
  readonly bytesMax: number;
}

const pastOnePage = 4113;
const machines: readonly Machine[] = [
  { name: 'this machine', variant: plain, emulator: [], kernels: [], bytesMax: pastOnePage },
  {
    name: 'this machine, watched by AddressSanitizer and UndefinedBehaviorSanitizer',
    variant: sanitized,
    emulator: [],
    kernels: [],
    bytesMax: 1100,
  },
  {
    name: 'an Arm processor with EOR3',
    variant: arm64,
    emulator: ['qemu-aarch64-static', '-cpu', 'max'],
    kernels: ['armv8-eor3', 'armv8', 'portable'],
    bytesMax: pastOnePage,
  },
  {
    name: 'an Arm processor without EOR3',
    variant: arm64,
    emulator: ['qemu-aarch64-static', '-cpu', 'cortex-a72'],
    kernels: ['armv8', 'portable'],
    bytesMax: pastOnePage,
  },
];
const programs = ['vectors', 'equivalence', 'batches'];

for (const { name, variant, emulator, kernels, bytesMax } of machines) {
  describe(`on ${name}`, () => {
    const start = (program: string, args: readonly string[] = [], input = '') => {
      const path = `${build(variant, programs)}/${program}`;
      const [command = path, ...rest] = [...emulator, path, ...args];
      const done = run(command, rest, { input });
      const used = [...done.said.matchAll(/^kernel (\S+)$/gm)].map((match) => match[1]);
      expect(done, done.said).toMatchObject({ code: 0, said: expect.stringContaining(' 0 failures') });
      expect(used.at(-1)).toBe('portable');
      if (kernels.length > 0) expect(used).toEqual(kernels);
      return done.said;
    };

    proofTest('R-KAT-1: every published vector comes out on every kernel', variant.tools, () => {
      const lines = vectorLines();
      expect(start('vectors', [], lines.join('\n'))).toContain(`${lines.length} vectors`);
    });

    proofTest(`R-KAT-1: every kernel is the portable one for 0 to ${bytesMax} bytes`, variant.tools, () => {
      start('equivalence', [String(bytesMax)]);
    });

    proofTest('batches of any make come out as if each page were alone', variant.tools, () => {
      start('batches');
    });
  });
}

proofTest('a vector that is wrong, or a program that gets none, fails', plain.tools, () => {
  const path = `${build(plain, programs)}/vectors`;
  const [line = ''] = vectorLines().filter((vector) => vector.endsWith(' valid'));
  const wrong = [line.replace(/ valid$/, ' invalid'), line.replace(/. valid$/, 'x valid')];
  for (const input of [...wrong, line.replace('gcm ', 'gcm 00')]) {
    expect(run(path, [], { input }).code).toBe(1);
  }
  expect(run(path, [], { input: line }).code).toBe(0);
});

/** All with a key, nonce and tag of the lengths that the product has. */
function vectorLines(): string[] {
  const line = (cipher: string, key: string, fields: readonly string[], isValid: boolean) =>
    [cipher, key, ...fields.map((field) => field || '-'), isValid ? 'valid' : 'invalid'].join(' ');
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const nist = ['nist/gcmEncryptExtIV256-iv96.rsp.gz', 'nist/gcmDecrypt256-iv96.rsp.gz']
    .flatMap(nistGcmCases)
    .filter(({ tag }) => tag.length === 16)
    .map(({ key, nonce, aad, plain: text, ciphertext, tag, fails }) => {
      const opened = fails ? Buffer.alloc(ciphertext.length) : text;
      return line('gcm', hex(key), [nonce, aad, opened, Buffer.concat([ciphertext, tag])].map(hex), !fails);
    });
  const groups = wycheproof<WycheproofGcmGroup>('wycheproof/aes_gcm_test.json.gz').testGroups;
  const others = groups
    .filter(({ keySize, ivSize }) => keySize === 256 && ivSize === 96)
    .flatMap(({ tests }) => tests)
    .map(({ key, iv, aad, msg, ct, tag, result }) =>
      line('gcm', key, [iv, aad, msg, ct + tag], result === 'valid'),
    );
  return [...nist, ...others, ...xaesLines(line)];
}

/** The two of C2SP XAES-256-GCM. */
function xaesLines(
  line: (cipher: string, key: string, fields: readonly string[], isValid: boolean) => string,
): string[] {
  const nonce = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX').toString('hex');
  const plainText = Buffer.from('XAES-256-GCM').toString('hex');
  const aad = Buffer.from('c2sp.org/XAES-256-GCM').toString('hex');
  const first = 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271';
  const second = '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d';
  return [
    line('xaes', '01'.repeat(32), [nonce, '', plainText, first], true),
    line('xaes', '03'.repeat(32), [nonce, aad, plainText, second], true),
    line('xaes', '03'.repeat(32), [nonce, '', plainText, second], false),
  ];
}
