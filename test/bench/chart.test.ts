import { describe, expect, test } from 'vitest';
import { axisTo, barChart } from '../../bench/chart.ts';

const series = [
  { name: 'ours', label: 'cryptable', color: '#123456' },
  { name: 'theirs', label: 'theirs', color: '#654321' },
];
const words = { title: 'a title', subtitle: 'a subtitle', series };

function heights(svg: string, color: string): number[] {
  return [...svg.matchAll(new RegExp(`height="([\\d.]+)" fill="${color}"`, 'g'))]
    .map((match) => Number(match[1]))
    .filter((height) => height !== 12);
}

describe('a bar chart', () => {
  for (const { highest, top, step } of [
    { highest: 0.7, top: 0.8, step: 0.2 },
    { highest: 1, top: 1, step: 0.2 },
    { highest: 9.9, top: 10, step: 2 },
    { highest: 37.5, top: 40, step: 10 },
    { highest: 1234, top: 1500, step: 500 },
  ]) {
    test(`has an axis to ${top} in steps of ${step} where the highest value is ${highest}`, () => {
      const axis = axisTo(highest);
      expect(axis.top).toBeCloseTo(top);
      expect(axis.ticks[0]).toBe(0);
      expect(axis.ticks[1]).toBe(step);
      expect(axis.ticks.at(-1)).toBeCloseTo(top);
    });
  }

  test('draws bars as high as their values are to each other', () => {
    const svg = barChart({
      ...words,
      bars: [
        { series: 'ours', group: '4 KiB', value: 30 },
        { series: 'theirs', group: '4 KiB', value: 10 },
      ],
    });
    const [ours = 0, theirs = 0] = [heights(svg, '#123456')[0], heights(svg, '#654321')[0]];
    expect(ours / theirs).toBeCloseTo(3, 1);
  });

  test('draws the limit as a line over each group, and no bar for it', () => {
    const bars = ['64 B', '4 KiB'].flatMap((group) => [
      { series: 'ours', group, value: 3 },
      { series: 'limit', group, value: 4 },
    ]);
    const lines = (svg: string) => svg.match(/stroke-dasharray/g)?.length ?? 0;
    const limited = barChart({ ...words, limit: 'limit', bars });
    expect(lines(limited)).toBe(2);
    expect(lines(barChart({ ...words, bars }))).toBe(0);
    expect(heights(limited, '#123456')).toHaveLength(2);
  });

  test('leaves a gap, and no bar of nothing, where a series has no value', () => {
    const svg = barChart({
      ...words,
      bars: [
        { series: 'ours', group: '64 B', value: 1 },
        { series: 'ours', group: '4 KiB', value: 2 },
        { series: 'theirs', group: '4 KiB', value: 1 },
      ],
    });
    expect(heights(svg, '#123456')).toHaveLength(2);
    expect(heights(svg, '#654321')).toHaveLength(1);
  });

  test('escapes what would be markup', () => {
    const bars = [{ series: 'ours', group: '<64 & more', value: 1 }];
    const svg = barChart({ ...words, title: 'a < b', bars });
    expect(svg).toContain('&lt;64 &amp; more');
    expect(svg).toContain('<title>a &lt; b</title>');
  });

  test('is not drawn of nothing', () => {
    expect(() => barChart({ ...words, bars: [] })).toThrow('nothing was measured');
    const stranger = [{ series: 'a stranger', group: '64 B', value: 1 }];
    expect(() => barChart({ ...words, bars: stranger })).toThrow('nothing was measured');
  });
});
