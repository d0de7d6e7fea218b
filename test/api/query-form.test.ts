import { describe, expect, test } from 'vitest';
import { formFields, formInput } from '../../src/api/query-form.ts';
import { parseInput } from '../../src/api/shape.ts';
import { refusalOf } from '../support/refusal.ts';

const fields = (text: string) => formFields(Buffer.from(text));
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('the fields of a form', () => {
  test('are what was encoded, in any script', () => {
    expect([...fields('Action=A&Text=%C3%A9+%26%3D%0A&Empty=')]).toEqual([
      ['Action', 'A'],
      ['Text', 'é &=\n'],
      ['Empty', ''],
    ]);
  });

  test('are refused where one comes twice, or too many', async () => {
    expect(await refusalOf(() => fields('a=1&b=2&a=3'))).toBe('Serialization: The field a is given twice');
    const many = Array.from({ length: 5_001 }, (_, index) => `f${index}=`).join('&');
    expect(await refusalOf(() => fields(many))).toBe('Serialization: A request has 5000 fields at most');
  });
});

describe('the input of an operation', () => {
  test('has structures, lists in the order of their numbers, and the types of the model', () => {
    const text =
      'RoleArn=r&Tags.member.2.Key=b&Tags.member.2.Value=2&Tags.member.10.Key=c&Tags.member.10.Value=3' +
      '&Tags.member.1.Key=a&Tags.member.1.Value=1&DurationSeconds=900&TransitiveTagKeys.member.1=a' +
      '&PolicyArns.member.1.arn=x&Unknown=1&Unknown.member.1=2';
    expect(plain(formInput('sts', 'AssumeRole', fields(text)))).toEqual({
      RoleArn: 'r',
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
        { Key: 'c', Value: '3' },
      ],
      DurationSeconds: 900,
      TransitiveTagKeys: ['a'],
      PolicyArns: [{ arn: 'x' }],
    });
    expect(plain(formInput('iam', 'ListPolicies', fields('OnlyAttached=true&MaxItems=7')))).toEqual({
      OnlyAttached: true,
      MaxItems: 7,
    });
    expect(plain(formInput('iam', 'CreateUser', fields('UserName=a&Tags=')))).toEqual({
      UserName: 'a',
      Tags: [],
    });
  });

  test('reaches nothing that is not its own', () => {
    const input = formInput('iam', 'GetUser', fields('__proto__.UserName=x&constructor=y&UserName=z'));
    expect(plain(input)).toEqual({ UserName: 'z' });
    expect(({} as { UserName?: string }).UserName).toBeUndefined();
  });

  test.each([
    ['a number that is none', 'MaxItems=seven', "'seven' is no number"],
    ['a boolean that is none', 'OnlyAttached=yes', "'yes' is neither true nor false"],
    ['a field that lies too deep', `${'a.'.repeat(12)}b=1`, 'A field lies too deep'],
  ])('is refused for %s', async (_, text, said) => {
    expect(await refusalOf(() => formInput('iam', 'ListPolicies', fields(text)))).toBe(
      `Serialization: ${said}`,
    );
  });

  test('is held to the constraints of the model', async () => {
    const read = (text: string) =>
      refusalOf(() => parseInput('iam', 'CreateUser', formInput('iam', 'CreateUser', fields(text))));
    expect(await read('UserName=ada&Tags.member.1.Key=Größe&Tags.member.1.Value=a+b')).toBe('answered');
    expect(await read('')).toBe(
      "Validation: 1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
    );
    expect(await read('UserName=ada&Tags.member.1.Key=%3C&Tags.member.1.Value=')).toMatch(
      /^Validation: 1 validation error detected: Value '<' at 'tags\.1\.member\.key' failed/,
    );
  });
});
