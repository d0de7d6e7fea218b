import { beforeEach, describe, expect, test } from 'vitest';
import { type Api, apiWithTables, type Json, mismatch, modes, N, noTable, P, putAll, S } from './support.ts';

const event = (pk: string, sk: number, more: Json = {}) => ({ pk: S(pk), sk: N(sk), ...more });
const note = {
  pk: S('a'),
  text: S('hello'),
  place: { M: { city: S('Basel'), zip: N(4051) } },
  l: { L: [N(1)] },
};

const run = (api: Api, Statement: string, more: Json = {}) =>
  api.call('ExecuteStatement', { Statement, ...more });
const rows = async (api: Api, statement: string, ...Parameters: Json[]) =>
  (await run(api, statement, Parameters.length === 0 ? {} : { Parameters })).Items;

for (const mode of modes) {
  describe(`ExecuteStatement, tables ${mode}`, () => {
    let api: Api;
    beforeEach(async () => {
      api = await apiWithTables(mode);
      await putAll(api, 'notes', [note]);
      await putAll(api, 'events', [
        event('a', 1, { n: N(10) }),
        event('a', 2, { n: N(20) }),
        event('a', 3),
        event('b', 1),
        event('b', 2),
        event('c', 9),
      ]);
    });

    const selects: [string, string, Json[]][] = [
      ['the item of a whole key', `SELECT * FROM notes WHERE pk = 'a'`, [note]],
      ['nothing where there is none', `SELECT * FROM notes WHERE pk = 'b'`, []],
      ['nothing of an item that WHERE asks otherwise', `SELECT * FROM notes WHERE pk='a' AND text='no'`, []],
      [
        'a nested path at the top',
        `select place.city, l[0] from "notes" where "pk" = 'a'`,
        [{ city: S('Basel'), 'l[0]': N(1) }],
      ],
      ['an empty row where the path is not there', `SELECT gone FROM notes`, [{}]],
      ['a partition', `SELECT sk FROM events WHERE pk = 'a'`, [{ sk: N(1) }, { sk: N(2) }, { sk: N(3) }]],
      ['a part of it', `SELECT sk FROM events WHERE pk = 'a' AND sk > 1 AND n >= 20`, [{ sk: N(2) }]],
      [
        'it backwards',
        `SELECT sk FROM events WHERE pk = 'a' ORDER BY sk DESC`,
        [{ sk: N(3) }, { sk: N(2) }, { sk: N(1) }],
      ],
      [
        'several partitions',
        `SELECT pk FROM events WHERE pk IN ['b', 'c', 'b']`,
        [{ pk: S('b') }, { pk: S('b') }, { pk: S('c') }],
      ],
      [
        'partitions by OR, ordered by hash',
        `SELECT pk FROM events WHERE (pk = 'b' OR pk = 'c') ORDER BY pk DESC`,
        [{ pk: S('c') }, { pk: S('b') }, { pk: S('b') }],
      ],
      [
        'partitions merged by sort key',
        `SELECT pk, sk FROM events WHERE pk IN ('b','a') ORDER BY sk DESC`,
        [event('a', 3), event('b', 2), event('a', 2), event('b', 1), event('a', 1)],
      ],
      ['a filtered scan', `SELECT pk FROM events WHERE sk = 9`, [{ pk: S('c') }]],
      ['what misses an attribute', `SELECT sk FROM events WHERE pk='a' AND n IS MISSING`, [{ sk: N(3) }]],
      [
        'by type',
        `SELECT sk FROM events WHERE pk='a' AND n IS NOT NULL AND n IS NUMBER`,
        [{ sk: N(1) }, { sk: N(2) }],
      ],
      [
        'by functions',
        `SELECT pk FROM notes WHERE begins_with(text, 'he') AND CONTAINS("text", 'l') AND size(text) = 5`,
        [{ pk: S('a') }],
      ],
    ];
    for (const [title, statement, items] of selects) {
      test(`selects ${title}`, async () => {
        expect(await rows(api, statement)).toEqual(items);
      });
    }

    const capacities: [string, Json, number][] = [
      [`SELECT * FROM notes WHERE pk = 'a'`, {}, 0.5],
      [`SELECT * FROM notes WHERE pk = 'a'`, { ConsistentRead: true }, 1],
      ['SELECT * FROM notes', {}, 0.5],
      [`INSERT INTO notes VALUE {'pk': 'w'}`, {}, 1],
      [`UPDATE notes SET n = ? WHERE pk = 'a'`, { Parameters: [S('x'.repeat(2000))] }, 2],
      [`DELETE FROM notes WHERE pk = 'nothing'`, {}, 1],
    ];
    for (const [statement, more, CapacityUnits] of capacities) {
      test(`${statement} costs ${CapacityUnits} ${JSON.stringify(more).slice(0, 40)}`, async () => {
        const answer = await run(api, statement, { ...more, ReturnConsumedCapacity: 'TOTAL' });
        expect(answer.ConsumedCapacity).toEqual({ TableName: 'notes', CapacityUnits });
      });
    }

    const paged: [string, Json][] = [
      ['SELECT * FROM events', {}],
      [`SELECT * FROM events WHERE pk = 'a'`, {}],
      [`SELECT * FROM events WHERE pk = 'a' ORDER BY sk DESC`, {}],
      ['SELECT * FROM events WHERE pk IN [?, ?, ?]', { Parameters: [S('c'), S('a'), S('b')] }],
      [`SELECT * FROM events WHERE pk IN ['c','a','b'] ORDER BY pk DESC, sk DESC`, {}],
      [`SELECT * FROM events WHERE pk IN ['c','b','a'] ORDER BY sk`, {}],
      [`SELECT * FROM events WHERE pk IN ['c','b','a'] AND sk < 9 ORDER BY sk DESC`, {}],
    ];
    for (const [statement, more] of paged) {
      for (const Limit of [1, 2, 4]) {
        test(`pages of ${Limit} are the whole in its order: ${statement}`, async () => {
          const whole = (await run(api, statement, more)).Items;
          const items: unknown[] = [];
          let page = await run(api, statement, { ...more, Limit });
          for (;;) {
            expect(page.Items).toHaveLength(Math.min(Limit, (page.Items as unknown[]).length));
            items.push(...(page.Items as unknown[]));
            expect('NextToken' in page).toBe('LastEvaluatedKey' in page);
            if (page.NextToken === undefined) break;
            page = await run(api, statement, { ...more, Limit, NextToken: page.NextToken });
          }
          expect(items).toEqual(whole);
          expect(items.length).toBeGreaterThan(2);
        });
      }
    }
  });
}

describe('a NextToken is refused', () => {
  const invalid = 'The provided NextToken is invalid';
  const statement = 'SELECT * FROM notes WHERE n = ?';
  const Parameters = [N(1)];
  const first = async () => {
    const api = await apiWithTables();
    await putAll(api, 'notes', [
      { pk: S('a'), n: N(1) },
      { pk: S('b'), n: N(1) },
    ]);
    const { NextToken } = await run(api, statement, { Parameters, Limit: 1 });
    const again = (more: Json) =>
      api.refusal('ExecuteStatement', { Statement: statement, Parameters, NextToken, ...more });
    return { again, token: String(NextToken) };
  };
  test('with other text or parameters, and not with its own', async () => {
    const { again } = await first();
    expect(await again({})).toBe('answered');
    expect(await again({ Statement: `${statement} ` })).toBe(invalid);
    expect(await again({ Parameters: [N(2)] })).toBe(invalid);
  });
  test('where a byte of it was changed, or nobody made it', async () => {
    const { again, token } = await first();
    const bytes = Buffer.from(token, 'base64');
    for (const at of [0, 40, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await again({ NextToken: changed.toString('base64') }), String(at)).toBe(invalid);
    }
    for (const NextToken of ['x', 'AAAA', '{"pk":{"S":"a"}}'])
      expect(await again({ NextToken })).toBe(invalid);
  });
});

describe('ExecuteStatement refuses:', () => {
  const select = (text: string) => `SELECT * FROM ${text}`;
  const noKey = 'Where clause does not contain a mandatory equality on all key attributes';
  const count = "Number of parameters in request and statement don't match.";
  const typeMismatch = `${P}Condition parameter type does not match schema type`;
  const cases: [string, string, Json][] = [
    [select('gone'), noTable, {}],
    [`INSERT INTO gone VALUE {'pk': 'a'}`, noTable, {}],
    [select('notes WHERE pk = ?'), count, {}],
    [select('notes'), count, { Parameters: [S('x')] }],
    [select(`notes WHERE pk = '?'`), count, { Parameters: [S('x')] }],
    [
      select('gone WHERE pk = ?'),
      'The parameter cannot be converted to a numeric value: x',
      { Parameters: [{ N: 'x' }] },
    ],
    [select('notes WHERE pk = 1'), mismatch, {}],
    [select(`events WHERE pk = 1`), typeMismatch, {}],
    [select(`events WHERE pk = 'a' AND sk > 'x'`), typeMismatch, {}],
    [
      select(`notes WHERE pk = ''`),
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk`,
      {},
    ],
    [
      select(`notes WHERE pk.a = 'x'`),
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
      {},
    ],
    [
      select(`notes WHERE size(a)`),
      'Invalid FilterExpression: The function is not allowed to be used this way in an expression; function: size',
      {},
    ],
    [select(`notes WHERE foo(a)`), 'Invalid FilterExpression: Invalid function name; function: foo', {}],
    [
      select(`notes WHERE a < true`),
      'Invalid FilterExpression: Incorrect operand type for operator or function; operator or function: <, operand type: BOOL',
      {},
    ],
    [select(`notes WHERE a = <<1, 'x'>>`), `${P}A set holds strings, numbers or binaries, of one type`, {}],
    [select(`notes WHERE a = <<>>`), `${P}An string set  may not be empty`, {}],
    [
      select(`notes WHERE a IN [${Array(101).fill(1).join()}]`),
      'Invalid FilterExpression: The IN operator is provided with too many operands; number of operands: 101',
      {},
    ],
    [
      select(`events WHERE pk IN [${Array.from({ length: 51 }, (_, i) => `'${i}'`).join()}]`),
      'The IN operator is provided with too many operands; number of operands: 51',
      {},
    ],
    [select('events ORDER BY sk'), 'Must have WHERE clause in the statement when using ORDER BY clause.', {}],
    [
      select('events WHERE sk = 1 ORDER BY sk'),
      'Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.',
      {},
    ],
    [
      select(`events WHERE pk = 'a' ORDER BY n`),
      'Variable reference n in ORDER BY clause must be part of the primary key',
      {},
    ],
    [
      `EXISTS(${select(`notes WHERE pk = 'a'`)})`,
      'EXISTS is only supported in the statements of ExecuteTransaction',
      {},
    ],
    [`INSERT INTO notes VALUE {'n': 1}`, `${P}Missing the key pk in the item`, {}],
    [`INSERT INTO notes VALUE {'pk': 1}`, `${P}Type mismatch for key pk expected: S actual: N`, {}],
    ['UPDATE notes SET n = 1', noKey, {}],
    [`UPDATE notes SET n = 1 WHERE pk > 'a'`, noKey, {}],
    [`UPDATE notes SET n = 1 WHERE pk = 'a' OR pk = 'b'`, noKey, {}],
    [`UPDATE notes SET n = 1 WHERE NOT pk = 'a'`, noKey, {}],
    [`DELETE FROM events WHERE pk = 'a'`, noKey, {}],
    [`DELETE FROM notes WHERE pk = 1`, mismatch, {}],
    [
      `UPDATE notes SET pk = 'b' WHERE pk = 'a'`,
      `${P}Cannot update attribute pk. This attribute is part of the key`,
      {},
    ],
    [
      `UPDATE notes SET a = 1, a = 2 WHERE pk = 'a'`,
      'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]',
      {},
    ],
    [
      `UPDATE notes SET a = set_add(a, 1) WHERE pk = 'a'`,
      'Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: set_add, operand type: N',
      {},
    ],
    [
      `UPDATE notes SET a = set_add(b, <<1>>) WHERE pk = 'a'`,
      'The function must change the attribute that it is assigned to; function: set_add',
      {},
    ],
    [
      `UPDATE notes SET a = if_not_exists(a, 1) WHERE pk = 'a'`,
      'Invalid UpdateExpression: Invalid function name; function: if_not_exists',
      {},
    ],
    [
      select('notes'),
      `1 validation error detected: Value '[]' at 'parameters' failed to satisfy constraint: Member must have length greater than or equal to 1`,
      { Parameters: [] },
    ],
  ];
  for (const [Statement, sentence, more] of cases) {
    test(`${Statement.slice(0, 70)}: ${sentence.slice(0, 70)}`, async () => {
      const api = await apiWithTables();
      await putAll(api, 'notes', [note]);
      expect(await api.refusal('ExecuteStatement', { Statement, ...more })).toBe(sentence);
    });
  }

  test('a statement of 8193 characters, and answers one of 8192 (bad input D21)', async () => {
    const api = await apiWithTables();
    const Statement = `SELECT * FROM notes WHERE a = '${'x'.repeat(8160)}'`;
    expect(Statement).toHaveLength(8192);
    expect(await api.refusal('ExecuteStatement', { Statement })).toBe('answered');
    expect(await api.refusal('ExecuteStatement', { Statement: `${Statement} ` })).toMatch(
      /length less than or equal to 8192/,
    );
  });

  test('more operators than an expression may have (bad input D21)', async () => {
    const api = await apiWithTables();
    const Statement = `SELECT * FROM notes WHERE a=1${' OR a=1'.repeat(150)}`;
    expect(await api.refusal('ExecuteStatement', { Statement })).toBe(
      'Invalid FilterExpression: The expression contains too many operators; operator count: 301',
    );
  });
});

test('a condition without attributes is a filter like others, and quotes inside text are text (bad input D21)', async () => {
  const api = await apiWithTables();
  await putAll(api, 'notes', [{ pk: S(`it's "x" -- ?`) }]);
  expect(await rows(api, 'SELECT * FROM notes WHERE 1 = 1')).toHaveLength(1);
  expect(await rows(api, 'SELECT * FROM notes WHERE 1 = 2')).toEqual([]);
  expect(await rows(api, `SELECT * FROM notes WHERE pk = 'it''s "x" -- ?'`)).toHaveLength(1);
});

test('names that JavaScript gives meaning to, or that begin like placeholders, are names like others (R-JS-1)', async () => {
  const api = await apiWithTables();
  for (const name of ['constructor', 'toString', '$ne', '#0', ':0', 'a.b', 'SELECT']) {
    await rows(api, `INSERT INTO notes VALUE {'pk': ?, '${name}': 1}`, S(name));
    await rows(api, `UPDATE notes SET "${name}" = "${name}" + 1 WHERE pk = ?`, S(name));
    expect(await rows(api, `SELECT "${name}" FROM notes WHERE "${name}" = 2`)).toEqual([{ [name]: N(2) }]);
  }
});
