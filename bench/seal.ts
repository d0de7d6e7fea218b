/** How fast pages are sealed and opened: beside other libraries and the processor's limit, and from Node. */
import { createNativeCore } from '../src/crypto/native-core.ts';
import { type Bar, barChart } from './chart.ts';
import { type Bench, type Figure, machine, today } from './figures.ts';
import { boundaryFigures } from './seal-boundary.ts';
import { nativeFigures, sealTable } from './seal-figures.ts';
import { runNative } from './seal-native.ts';

const secondsUsual = 45;
/** The rest is for the turns in JavaScript, which are fewer and longer. */
const nativeShare = 2 / 3;

export const seal: Bench = {
  question: 'AES-256-GCM of pages: GB/s of ours, of others and of the processor at best',
  async run(say) {
    const seconds = secondsWanted(process.env.CRYPTABLE_BENCH_SECONDS);
    // First, so that an addon that does not load is told at once.
    const core = createNativeCore();
    const native = runNative(say, seconds * nativeShare);
    const ofNative = native === undefined ? [] : nativeFigures(native);
    say('the same from JavaScript');
    return [...ofNative, ...(await boundaryFigures(core, seconds * (1 - nativeShare)))];
  },
  chart: { file: 'docs/seal.svg', draw: drawChart },
};

/** Throws where the wish is no number of seconds: a bench that runs for another time would be misread. */
function secondsWanted(wish: string | undefined): number {
  if (wish === undefined) return secondsUsual;
  const seconds = Number(wish);
  if (!(seconds > 0)) throw new Error(`CRYPTABLE_BENCH_SECONDS is a number of seconds, and not ${wish}`);
  return seconds;
}

function drawChart(figures: readonly Figure[]): string {
  const bars: Bar[] = figures.flatMap(({ cell, value }) =>
    cell?.table === sealTable ? [{ series: cell.row, group: cell.column, value }] : [],
  );
  return barChart({
    title: 'Sealing pages with AES-256-GCM, GB/s on one core',
    subtitle: `${machine()}, ${today()}; npm run bench -- seal --chart`,
    series: charted.flatMap(({ starts, color, label }) => {
      const row = bars.find(({ series }) => series.startsWith(starts))?.series;
      return row === undefined ? [] : [{ name: row, label: label ?? row, color }];
    }),
    limit: bars.find(({ series }) => series.startsWith('limit'))?.series,
    bars,
  });
}

/** The best of each, as the first row of its kind is. */
const charted: readonly { starts: string; color: string; label?: string }[] = [
  { starts: 'ours', color: '#2f6f4f', label: 'cryptable' },
  { starts: 'IPsec-MB', color: '#8a9bb0' },
  { starts: 'OpenSSL', color: '#c9b48c' },
];
