/** A table of games with indexes of every kind, and the queries that tests ask of it. */
import { type Api, apiOf, type Json, type Mode, N, putAll, S } from './support.ts';

/** Games of players: by score within a player, and by city, globally. */
const games: Json = {
  TableName: 'games',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'player', KeyType: 'HASH' },
    { AttributeName: 'game', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'player', AttributeType: 'S' },
    { AttributeName: 'game', AttributeType: 'S' },
    { AttributeName: 'score', AttributeType: 'N' },
    { AttributeName: 'city', AttributeType: 'S' },
    { AttributeName: 'year', AttributeType: 'N' },
    { AttributeName: 'month', AttributeType: 'N' },
    { AttributeName: 'league', AttributeType: 'S' },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'by-score',
      KeySchema: [
        { AttributeName: 'player', KeyType: 'HASH' },
        { AttributeName: 'score', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-city',
      KeySchema: [
        { AttributeName: 'city', KeyType: 'HASH' },
        { AttributeName: 'score', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
    },
    {
      IndexName: 'by-city-alone',
      KeySchema: [{ AttributeName: 'city', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'by-date',
      KeySchema: [
        { AttributeName: 'league', KeyType: 'HASH' },
        { AttributeName: 'city', KeyType: 'HASH' },
        { AttributeName: 'year', KeyType: 'RANGE' },
        { AttributeName: 'month', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

const game = (player: string, name: string, more: Json = {}): Json => ({
  player: S(player),
  game: S(name),
  note: S(`${player}-${name}`),
  rest: S('x'.repeat(50)),
  ...more,
});
const stored: readonly Json[] = [
  game('ann', 'g1', { score: N(5), city: S('Oslo'), league: S('A'), year: N(2024), month: N(1) }),
  game('ann', 'g2', { score: N(-3), city: S('Oslo'), league: S('A'), year: N(2024), month: N(11) }),
  game('ann', 'g3', { score: N(40), city: S('Rome'), league: S('A'), year: N(2025), month: N(2) }),
  game('ann', 'g4'),
  game('bob', 'g1', { score: N(5), city: S('Oslo'), league: S('A'), year: N(2025), month: N(3) }),
  game('bob', 'g2', { city: S('Oslo') }),
  game('cyd', 'g1', { score: N(5), city: S('Oslo'), league: S('B'), year: N(2024), month: N(1) }),
];

export const query = (
  IndexName: string,
  KeyConditionExpression: string,
  values: Json,
  more: Json = {},
): Json => ({
  TableName: 'games',
  IndexName,
  KeyConditionExpression,
  ExpressionAttributeValues: values,
  ...more,
});
export const oslo = (more: Json = {}, condition = 'city = :c', values: Json = {}) =>
  query('by-city', condition, { ':c': S('Oslo'), ...values }, more);
export const ann = (more: Json = {}, values: Json = {}) =>
  query('by-score', 'player = :p', { ':p': S('ann'), ...values }, more);
export const named = (answer: Json) =>
  (answer.Items as { player: { S: string }; game: { S: string } }[]).map(
    (item) => `${item.player.S}/${item.game.S}`,
  );

export async function gamesApi(mode?: Mode): Promise<Api> {
  const api = await apiOf(mode);
  await api.call('CreateTable', games);
  await putAll(api, 'games', stored);
  return api;
}
