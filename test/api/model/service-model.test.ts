import { describe, expect, test } from 'vitest';
import { Constraint } from '../../../src/api/constraint.ts';
import { kmsOperations } from '../../../src/api/kms/index.ts';
import { dynamodbModel } from '../../../src/api/model/dynamodb.generated.ts';
import { kmsModel } from '../../../src/api/model/kms.generated.ts';
import type { ServiceModel, Shape } from '../../../src/api/model/service-model.ts';
import { streamsModel } from '../../../src/api/model/streams.generated.ts';

/** The shapes that a shape names. */
function partsOf(shape: Shape): readonly string[] {
  if (shape.type === 'structure') return Object.values(shape.members);
  if (shape.type === 'list') return [shape.member];
  return shape.type === 'map' ? [shape.key, shape.value] : [];
}

const models: Readonly<Record<string, ServiceModel>> = {
  dynamodb: dynamodbModel,
  streams: streamsModel,
  kms: kmsModel,
};

for (const [service, { operations, shapes }] of Object.entries(models)) {
  describe(`the model of ${service}`, () => {
    test('gives every operation an input shape, which is a structure', () => {
      expect(Object.keys(operations).length).toBeGreaterThanOrEqual(service === 'streams' ? 4 : 50);
      for (const [operation, input] of Object.entries(operations)) {
        expect(shapes[input]?.type, `${operation}: ${input}`).toBe('structure');
      }
    });

    test('names no shape that it does not have', () => {
      for (const [name, shape] of Object.entries(shapes)) {
        for (const part of partsOf(shape)) {
          expect(Object.hasOwn(shapes, part), `${name} names ${part}`).toBe(true);
        }
      }
    });

    test('requires only members that there are', () => {
      for (const [name, shape] of Object.entries(shapes)) {
        if (shape.type !== 'structure') continue;
        for (const member of shape.required ?? []) {
          expect(Object.hasOwn(shape.members, member), `${name}.${member}`).toBe(true);
        }
      }
    });

    test('has maps with keys that are strings', () => {
      for (const [name, shape] of Object.entries(shapes)) {
        if (shape.type === 'map') expect(shapes[shape.key]?.type, name).toBe('string');
      }
    });

    test('bounds nothing so that no value is left', () => {
      for (const [name, shape] of Object.entries(shapes)) {
        if (shape.type === 'structure') continue;
        expect(shape.min ?? 0, name).toBeLessThanOrEqual(shape.max ?? Number.POSITIVE_INFINITY);
        if ('enum' in shape) expect(shape.enum?.length, name).toBeGreaterThan(0);
      }
    });

    test('writes patterns that JavaScript reads as they are meant', () => {
      for (const [name, shape] of Object.entries(shapes)) {
        const pattern = 'pattern' in shape ? (shape.pattern ?? '') : '';
        expect(() => Constraint.of(shape), name).not.toThrow();
        // Classes that mean something else, or nothing, in JavaScript; but for the one that is written otherwise.
        expect(pattern.replaceAll('\\p{Print}', ''), name).not.toMatch(/\\p|\\[AGQZz]|\(\?[^:=!<]|&&/);
      }
    });
  });
}

test('every operation of the key service that runs here is in its model, once', () => {
  const names = kmsOperations.map(({ name }) => name);
  expect(names.filter((name) => !Object.hasOwn(kmsModel.operations, name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

test('sets are listed in the order in which AWS was seen to list them', () => {
  const enumOf = ({ shapes }: ServiceModel, name: string) => {
    const shape = shapes[name];
    return shape !== undefined && 'enum' in shape ? shape.enum : undefined;
  };
  for (const [name, recorded] of [
    ['ReturnValue', 'ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW'],
    ['ReturnConsumedCapacity', 'INDEXES, TOTAL, NONE'],
    ['Select', 'SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES'],
    ['ScalarAttributeType', 'B, N, S'],
    ['ProjectionType', 'ALL, INCLUDE, KEYS_ONLY'],
    [
      'ComparisonOperator',
      'IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS',
    ],
  ] as const) {
    expect(enumOf(dynamodbModel, name)?.join(', ')).toBe(recorded);
  }
  expect(enumOf(kmsModel, 'MacAlgorithmSpec')?.join(', ')).toBe(
    'HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512',
  );
  // Recorded before there were Edwards curves and ML-DSA.
  const newer = /^(ML_DSA|SM2|ECC_NIST_EDWARDS)/;
  expect(
    enumOf(kmsModel, 'KeySpec')
      ?.filter((spec) => !newer.test(spec))
      .join(', '),
  ).toBe(
    'RSA_2048, ECC_NIST_P384, ECC_NIST_P256, ECC_NIST_P521, HMAC_384, RSA_3072, ECC_SECG_P256K1, RSA_4096, ' +
      'SYMMETRIC_DEFAULT, HMAC_256, HMAC_224, HMAC_512',
  );
});

test('what the specification bounds is bounded so', () => {
  expect(kmsModel.shapes).toMatchObject({
    KeyIdType: { min: 1, max: 2048 },
    AliasNameType: { min: 1, max: 256 },
    DescriptionType: { min: 0, max: 8192 },
    PlaintextType: { type: 'blob', min: 1, max: 4096, sensitive: true },
    CiphertextType: { type: 'blob', min: 1, max: 6144 },
    NumberOfBytesType: { min: 1, max: 1024 },
    PendingWindowInDaysType: { min: 1, max: 365 },
    LimitType: { min: 1, max: 1000 },
    MarkerType: { min: 1, max: 1024 },
    PolicyType: { min: 1, max: 131_072 },
    PolicyNameType: { min: 1, max: 128 },
    TagKeyType: { min: 1, max: 128 },
    TagValueType: { min: 0, max: 256 },
    GrantTokenList: { min: 0, max: 10 },
    GrantTokenType: { min: 1, max: 8192 },
  });
});
