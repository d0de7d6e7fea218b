/** A progress bar on a terminal; elsewhere a plain line at every tenth. On stderr: stdout is for results. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** `done` of `total`; the total may grow. */
  at(done: number, total: number): void;
  end(): void;
}

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export function progress(
  label: string,
  unit: string,
  output: ProgressOutput & NodeJS.WritableStream = process.stderr,
): Progress {
  return output.isTTY === true ? bar(label, unit, output) : lines(label, unit, output);
}

function bar(label: string, unit: string, stream: NodeJS.WritableStream): Progress {
  const single = new SingleBar({
    format: `${label} {bar} {percentage} % | {value} of {total} ${unit} | {duration_formatted}, {eta_formatted} to go`,
    stream,
    hideCursor: true,
    fps: 10,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  });
  let started = false;
  return {
    at(done, total) {
      if (!started) {
        single.start(total, done);
        started = true;
        return;
      }
      single.setTotal(total);
      single.update(done);
    },
    end() {
      if (started) single.stop();
    },
  };
}

/** Plain lines, for logs and pipes. */
export function lines(label: string, unit: string, output: ProgressOutput): Progress {
  let tenthSaid = 0;
  return {
    at(done, total) {
      const tenth = total === 0 ? 10 : Math.floor((done * 10) / total);
      if (tenth <= tenthSaid) return;
      tenthSaid = tenth;
      output.write(`${label}: ${tenth * 10} % (${done} of ${total} ${unit})\n`);
    },
    end() {},
  };
}
