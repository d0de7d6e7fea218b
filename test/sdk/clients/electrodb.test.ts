import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Entity, Service } from 'electrodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, Site, ways } from '../way.ts';
import { newSingleTable } from './single-table.ts';

const table = 'work';
const failed = 'ElectroError: Error thrown by DynamoDB client: "The conditional request failed"';

function taskEntity(client: DynamoDBClient) {
  return new Entity(
    {
      model: { entity: 'task', version: '1', service: 'work' },
      attributes: {
        team: { type: 'string', required: true },
        task: { type: 'string', required: true },
        project: { type: 'string', required: true },
        employee: { type: 'string', required: true },
        status: { type: ['open', 'closed'] as const, default: 'open' },
        points: { type: 'number' },
        due: { type: 'string' },
        labels: { type: 'set', items: 'string' },
        comments: {
          type: 'list',
          items: { type: 'map', properties: { user: { type: 'string' }, body: { type: 'string' } } },
        },
      },
      indexes: {
        project: {
          collection: 'backlog',
          pk: { field: 'pk', composite: ['team'] },
          sk: { field: 'sk', composite: ['project', 'task'] },
        },
        assigned: {
          index: 'gsi1',
          collection: 'assignments',
          pk: { field: 'gsi1pk', composite: ['employee'] },
          sk: { field: 'gsi1sk', composite: ['due'] },
        },
      },
    } as const,
    { client, table },
  );
}

function employeeEntity(client: DynamoDBClient) {
  return new Entity(
    {
      model: { entity: 'employee', version: '1', service: 'work' },
      attributes: {
        employee: { type: 'string', required: true },
        team: { type: 'string', required: true },
        name: { type: 'string' },
      },
      indexes: {
        member: {
          collection: 'backlog',
          pk: { field: 'pk', composite: ['team'] },
          sk: { field: 'sk', composite: ['employee'] },
        },
        self: {
          index: 'gsi1',
          collection: 'assignments',
          pk: { field: 'gsi1pk', composite: ['employee'] },
          sk: { field: 'gsi1sk', composite: [] },
        },
      },
    } as const,
    { client, table },
  );
}

for (const way of ways) {
  describe(`electrodb ${way}`, () => {
    let site: Site;
    let tasks: ReturnType<typeof taskEntity>;
    let employees: ReturnType<typeof employeeEntity>;
    beforeAll(async () => {
      site = await Site.open(way);
      const { tables } = site.clients();
      await newSingleTable(tables, table);
      tasks = taskEntity(tables);
      employees = employeeEntity(tables);
    });
    afterAll(() => site.end());

    const task = (team: string, number: number) => ({
      team,
      task: `t-${String(number).padStart(3, '0')}`,
      project: number % 2 === 0 ? 'even' : 'odd',
      employee: `${team}-ann`,
      points: number,
      due: `2026-01-${String(number + 1).padStart(2, '0')}`,
    });

    test('creates an item once and gets it', async () => {
      const made = task('once', 1);
      await tasks.create({ ...made, labels: ['a', 'b'] }).go();
      const { data } = await tasks.get(made).go();
      expect(data).toEqual({ ...made, status: 'open', labels: ['a', 'b'] });
      expect(await refusal(tasks.create(made).go())).toContain(failed);
      expect((await tasks.get({ ...made, task: 'nowhere' }).go()).data).toBeNull();
    });

    test('patches with set, add, append, remove and a condition, and returns the new item', async () => {
      const made = task('patch', 2);
      await tasks.put({ ...made, comments: [{ user: 'ann', body: 'first' }] }).go();
      const patch = () =>
        tasks
          .patch(made)
          .set({ status: 'closed' })
          .add({ points: 5, labels: ['x'] })
          .append({ comments: [{ user: 'bob', body: 'second' }] })
          .remove(['due'])
          .where(({ status }, { eq }) => eq(status, 'open'))
          .go({ response: 'all_new' });
      const { due: _, ...kept } = made;
      expect((await patch()).data).toEqual({
        ...kept,
        status: 'closed',
        points: 7,
        labels: ['x'],
        comments: [
          { user: 'ann', body: 'first' },
          { user: 'bob', body: 'second' },
        ],
      });
      expect(await refusal(patch())).toContain(failed);
      const missing = tasks.patch({ ...made, task: 'nowhere' }).set({ points: 1 });
      expect(await refusal(missing.go())).toContain(failed);
    });

    test('updates inside lists and maps, and upserts', async () => {
      const made = task('deep', 3);
      await tasks.put({ ...made, comments: [{ user: 'ann', body: 'first' }] }).go();
      await tasks
        .update(made)
        .data((attributes, { set, subtract }) => {
          const [comment] = [attributes.comments[0]];
          if (comment !== undefined) set(comment.body, 'changed');
          subtract(attributes.points, 1);
        })
        .go();
      const { data } = await tasks.get(made).go();
      expect([data?.points, data?.comments]).toEqual([2, [{ user: 'ann', body: 'changed' }]]);
      const upserted = await tasks.upsert({ ...made, points: 9 }).go({ response: 'all_new' });
      expect(upserted.data.points).toBe(9);
    });

    test('queries the base and the index in order, by range, with a filter, page after page', async () => {
      const made = Array.from({ length: 8 }, (_, number) => task('query', number));
      await tasks.put(made).go();
      const odd = await tasks.query.project({ team: 'query', project: 'odd' }).go();
      expect(odd.data.map(({ points }) => points)).toEqual([1, 3, 5, 7]);
      const due = await tasks.query
        .assigned({ employee: 'query-ann' })
        .between({ due: '2026-01-02' }, { due: '2026-01-05' })
        .where(({ points }, { gt }) => gt(points, 1))
        .go({ order: 'desc' });
      expect(due.data.map(({ points }) => points)).toEqual([4, 3, 2]);
      const seen: (number | undefined)[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<ReturnType<typeof tasks.query.assigned>['go']>> = await tasks.query
          .assigned({ employee: 'query-ann' })
          .go({ limit: 3, cursor });
        seen.push(...page.data.map(({ points }) => points));
        cursor = page.cursor;
      } while (cursor !== null);
      expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      const scanned = await tasks.scan.where(({ team }, { eq }) => eq(team, 'query')).go({ pages: 'all' });
      expect(scanned.data).toHaveLength(8);
    });

    test('batches write, read and delete more than one request holds', async () => {
      const made = Array.from({ length: 60 }, (_, number) => task('batch', number));
      expect((await tasks.put(made).go({ concurrency: 2 })).unprocessed).toEqual([]);
      const found = await tasks.get(made).go({ preserveBatchOrder: true });
      expect(found.data.map((each) => each?.points)).toEqual(made.map(({ points }) => points));
      expect((await tasks.delete(made).go()).unprocessed).toEqual([]);
      expect((await tasks.get(made).go()).data).toEqual([]);
    });

    test('a collection is all entities of one partition, on the base and on the index', async () => {
      const work = new Service({ tasks, employees });
      await employees.put({ employee: 'crew-ann', team: 'crew', name: 'Ann' }).go();
      await tasks.put([task('crew', 1), task('crew', 2)]).go();
      for (const { data } of [
        await work.collections.backlog({ team: 'crew' }).go(),
        await work.collections.assignments({ employee: 'crew-ann' }).go(),
      ]) {
        expect(data.tasks.map(({ points }) => points).sort()).toEqual([1, 2]);
        expect(data.employees).toEqual([{ employee: 'crew-ann', team: 'crew', name: 'Ann' }]);
      }
    });

    test('a transaction writes all or tells of each item why none was written', async () => {
      const work = new Service({ tasks, employees });
      const made = task('all', 1);
      const ann = { employee: 'all-ann', team: 'all', name: 'Ann' };
      const write = () =>
        work.transaction
          .write(({ tasks: task, employees: employee }) => [
            employee.put(ann).commit(),
            task.create(made).commit({ response: 'all_old' }),
          ])
          .go();
      expect((await write()).canceled).toBe(false);
      const again = await write();
      expect(again.canceled).toBe(true);
      expect(again.data.map(({ rejected, code }) => [rejected, code])).toEqual([
        [false, 'None'],
        [true, 'ConditionalCheckFailed'],
      ]);
      expect(again.data[1]?.item).toMatchObject({ task: made.task });
      const read = await work.transaction
        .get(({ tasks: task, employees: employee }) => [employee.get(ann).commit(), task.get(made).commit()])
        .go();
      expect(read.data.map(({ item }) => item)).toEqual([ann, { ...made, status: 'open' }]);
    });

    test('removes what exists and refuses to remove what does not', async () => {
      const made = task('gone', 1);
      await tasks.put(made).go();
      expect((await tasks.remove(made).go()).data).toMatchObject({ task: made.task });
      expect(await refusal(tasks.remove(made).go())).toContain(failed);
      expect((await tasks.delete(made).go({ response: 'all_old' })).data).toBeNull();
    });
  });
}
