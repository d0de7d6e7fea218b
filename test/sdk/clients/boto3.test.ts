import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { lacksBoto3 } from '../../support/boto3.ts';
import { credentials, Site } from '../way.ts';

test.skipIf(lacksBoto3)('boto3 of Python does over HTTP what its users do first', async () => {
  const site = await Site.open('over HTTP');
  try {
    const { accessKeyId, secretAccessKey } = credentials;
    const { endpoint, region } = site.settings();
    const script = fileURLToPath(new URL('boto3_round_trip.py', import.meta.url));
    const { stdout } = await promisify(execFile)(
      'python3',
      [script, endpoint, region, accessKeyId, secretAccessKey],
      { timeout: 50_000 },
    );
    expect(JSON.parse(stdout)).toEqual({
      'status made': 'CREATING',
      status: 'ACTIVE',
      typed: true,
      again: ['ConditionalCheckFailedException', 'The conditional request failed'],
      updated: { rating: '0.5', deep: "{'parts': ['zwei']}" },
      ranged: ['014', '013', '012', '011', '010'],
      'by genre': ['054', '056', '058', '000'],
      cancelled: ['None', 'ConditionalCheckFailed'],
      'time to live': { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
      stream: [['INSERT', 'MODIFY'], 64],
      missing: ['ResourceNotFoundException', 'Requested resource not found'],
      tables: [],
    });
  } finally {
    await site.end();
  }
});
