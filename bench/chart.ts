/** A bar chart as SVG text: groups of bars on one axis, and a line over each group for what none can pass. */

export interface Bar {
  readonly series: string;
  readonly group: string;
  readonly value: number;
}

export interface BarChart {
  readonly title: string;
  readonly subtitle: string;
  /** In the order in which the bars of a group stand. */
  readonly series: readonly { readonly name: string; readonly label: string; readonly color: string }[];
  /** The series that is drawn as lines; its label is `limit`. */
  readonly limit?: string | undefined;
  /** A group's place is that of its first bar. */
  readonly bars: readonly Bar[];
}

const [width, height] = [760, 360];
const plot = { left: 46, right: 744, top: 92, bottom: 318 };
const ticksMax = 6;
/** Of a group's width; the rest keeps groups apart. */
const barsShare = 0.78;
const limitColor = '#b3402e';
const font = 'font-family="system-ui, sans-serif"';

/** Throws where there is nothing to draw. */
export function barChart({ title, subtitle, series, limit, bars }: BarChart): string {
  const drawn = bars.filter((bar) => bar.series === limit || series.some(({ name }) => name === bar.series));
  if (drawn.length === 0) throw new Error('a chart needs bars, and nothing was measured');
  const groups = [...new Set(drawn.map(({ group }) => group))];
  const axis = axisTo(Math.max(...drawn.map(({ value }) => value)));
  const scale = (value: number) => plot.bottom - (value / axis.top) * (plot.bottom - plot.top);
  const groupWidth = (plot.right - plot.left) / groups.length;
  const barWidth = (groupWidth * barsShare) / Math.max(1, series.length);
  const parts = [
    ...axis.ticks.map((tick) => gridLine(tick, scale(tick))),
    ...groups.flatMap((group, index) => {
      const left = plot.left + groupWidth * (index + (1 - barsShare) / 2);
      const inside = drawn.filter((bar) => bar.group === group);
      return [
        ...series.flatMap(({ name, color }, place) =>
          inside
            .filter((bar) => bar.series === name)
            .map(({ value }) =>
              barOf(value, { x: left + place * barWidth, y: scale(value), barWidth, color }),
            ),
        ),
        ...inside
          .filter((bar) => bar.series === limit)
          .map(({ value }) => limitLine(left, left + groupWidth * barsShare, scale(value))),
        text(group, { x: left + (groupWidth * barsShare) / 2, y: plot.bottom + 18, anchor: 'middle' }),
      ];
    }),
  ];
  const legend = series.map(({ label, color }) => ({ label, color }));
  if (limit !== undefined) legend.push({ label: 'limit of the processor', color: limitColor });
  return document(title, subtitle, [...legendOf(legend), ...parts]);
}

/** Ticks at 1, 2 or 5 times a power of ten, the last not below `highest`. */
export function axisTo(highest: number): { readonly top: number; readonly ticks: readonly number[] } {
  const rough = highest / ticksMax;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? 10 * power;
  const count = Math.ceil(highest / step);
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
  return { top: count * step, ticks };
}

function document(title: string, subtitle: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ${font}>`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(title, { x: 16, y: 28, size: 17, weight: 600 }),
    text(subtitle, { x: 16, y: 47, size: 11, color: '#666666' }),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

interface TextStyle {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly color?: string;
  readonly weight?: number;
}

function text(content: string, style: TextStyle): string {
  const { x, y, size = 12, anchor = 'start', color = '#222222', weight = 400 } = style;
  const place = `x="${round(x)}" y="${round(y)}" font-size="${size}" text-anchor="${anchor}"`;
  return `<text ${place} fill="${color}" font-weight="${weight}">${escaped(content)}</text>`;
}

function gridLine(tick: number, y: number): string {
  const ends = `x1="${plot.left}" x2="${plot.right}" y1="${round(y)}" y2="${round(y)}"`;
  const label = text(String(tick), { x: plot.left - 8, y: y + 4, anchor: 'end', color: '#666666' });
  return `<line ${ends} stroke="#e2e2e2"/>\n${label}`;
}

function barOf(
  value: number,
  { x, y, barWidth, color }: { x: number; y: number; barWidth: number; color: string },
): string {
  const size = `width="${round(barWidth - 2)}" height="${round(plot.bottom - y)}"`;
  const label = text(value.toPrecision(3), { x: x + barWidth / 2 - 1, y: y - 4, size: 9, anchor: 'middle' });
  return `<rect x="${round(x)}" y="${round(y)}" ${size} fill="${color}"/>\n${label}`;
}

function limitLine(from: number, to: number, y: number): string {
  const ends = `x1="${round(from)}" x2="${round(to)}" y1="${round(y)}" y2="${round(y)}"`;
  return `<line ${ends} stroke="${limitColor}" stroke-width="2" stroke-dasharray="5 3"/>`;
}

function legendOf(entries: readonly { label: string; color: string }[]): string[] {
  return entries.flatMap(({ label, color }, index) => {
    const x = 16 + index * 185;
    return [
      `<rect x="${x}" y="60" width="12" height="12" fill="${color}"/>`,
      text(label, { x: x + 18, y: 70 }),
    ];
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
