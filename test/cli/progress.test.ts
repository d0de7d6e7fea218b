import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { lines, progress } from '../../src/cli/progress.ts';

function written(): { output: { write(text: string): void }; said: string[] } {
  const said: string[] = [];
  return { output: { write: (text) => void said.push(text) }, said };
}

describe('progress', () => {
  test('off a terminal is a line at every tenth, the last at the end', () => {
    const { output, said } = written();
    const progressed = lines('load', 'cities', output);
    for (let done = 0; done <= 1000; done++) progressed.at(done, 1000);
    progressed.end();
    expect(said).toHaveLength(10);
    expect(said[0]).toBe('load: 10 % (100 of 1000 cities)\n');
    expect(said[9]).toBe('load: 100 % (1000 of 1000 cities)\n');
  });

  test('skips tenths that went by at once, and survives a total of nothing', () => {
    const { output, said } = written();
    const progressed = lines('load', 'cities', output);
    progressed.at(2, 3);
    progressed.at(3, 3);
    expect(said).toEqual(['load: 60 % (2 of 3 cities)\n', 'load: 100 % (3 of 3 cities)\n']);
    const empty = written();
    lines('verify', 'pages', empty.output).at(0, 0);
    expect(empty.said).toEqual(['verify: 100 % (0 of 0 pages)\n']);
  });

  test('on a terminal is a bar that ends full', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
    const bar = progress('load', 'cities', terminal);
    bar.at(1, 4);
    bar.at(4, 4);
    bar.end();
    const text = String(terminal.read());
    expect(text).toContain('100 %');
    expect(text).toContain('4 of 4 cities');
  });

  test('a bar that never began ends without a word', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
    progress('load', 'cities', terminal).end();
    expect(terminal.read()).toBeNull();
  });
});
