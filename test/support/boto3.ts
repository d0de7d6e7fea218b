/** Whether this machine can call AWS from Python. */
import { spawnSync } from 'node:child_process';
import { saidSkip } from './said-skip.ts';

const { status } = spawnSync('python3', ['-c', 'import boto3']);

/** Says so where it cannot. */
export const lacksBoto3 = saidSkip(status !== 0, 'boto3: this machine has no python3 with it');
