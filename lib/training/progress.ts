import type { Logs } from './compiled.js';

const WIDTH = 20;
const REDRAW_MS = 100;
const ESCAPE = '\u001b';

interface EpochOf {
  readonly epoch: number;
  readonly epochs: number;
}

/** A duration as Keras writes it: 85ms, 3s, 1:05. */
export function showTime(seconds: number): string {
  if (seconds >= 3600)
    return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(Math.floor(seconds) % 60)}`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)}:${pad(Math.floor(seconds) % 60)}`;
  return `${Math.round(seconds)}s`;
}
const pad = (n: number): string => String(n).padStart(2, '0');

function showStep(seconds: number): string {
  if (seconds >= 1) return `${Math.round(seconds)}s/step`;
  if (seconds >= 1e-3) return `${Math.round(seconds * 1e3)}ms/step`;
  return `${Math.round(seconds * 1e6)}us/step`;
}

/** Figures as ` - loss: 0.0123 - val_loss: 4.5600e-05`. */
export function showLogs(logs: Logs): string {
  return Object.entries(logs)
    .map(
      ([name, value]) =>
        ` - ${name}: ${value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(4) : value.toFixed(4)}`,
    )
    .join('');
}

/** The progress of an epoch on stdout: a bar redrawn in place on a terminal, a line at the end elsewhere. */
export class ProgressBar {
  private total: number | null = null;
  private started = 0;
  private drawn = 0;
  private live = false;
  private readonly terminal: boolean;

  /** @param mode 1 for a bar, 2 for a line per epoch. */
  constructor(
    private readonly mode: 1 | 2,
    private readonly out: { write(text: string): unknown; isTTY?: boolean; columns?: number } = process.stdout,
  ) {
    this.terminal = mode === 1 && out.isTTY === true;
  }

  begin(total: number | null, epoch?: EpochOf): void {
    this.total = total;
    this.started = this.drawn = performance.now();
    if (epoch) this.out.write(`Epoch ${epoch.epoch + 1}/${epoch.epochs}\n`);
  }

  /** Draws when the last drawing is long enough ago; reads the figures only then. */
  update(done: number, readLogs: () => Logs): void {
    const now = performance.now();
    if (!this.terminal || now - this.drawn < REDRAW_MS) return;
    this.drawn = now;
    const each = (now - this.started) / 1e3 / Math.max(done, 1);
    const left = this.total === null ? '' : `${showTime(each * Math.max(0, this.total - done))} `;
    this.draw(`${this.head(done)} ${left}${showStep(each)}${showLogs(readLogs())}`);
  }

  end(logs: Logs, done: number | null): void {
    const seconds = (performance.now() - this.started) / 1e3;
    const steps = done ?? 0;
    const line = `${showTime(seconds)} ${showStep(seconds / Math.max(steps, 1))}${showLogs(logs)}`;
    if (this.mode === 2) this.out.write(`${steps}/${steps} - ${line.replace(' ', ' - ')}\n`);
    else if (this.terminal) this.draw(`${this.head(steps, steps)} ${line}`, '\n');
    else this.out.write(`${this.head(steps, steps)} ${line}\n`);
    this.live = false;
  }

  private head(done: number, total = this.total): string {
    if (total === null) return `${done}/Unknown`;
    const filled = total === 0 ? WIDTH : Math.min(WIDTH, Math.floor((WIDTH * done) / total));
    const count = String(done).padStart(String(total).length);
    const [bright, dim, plain] = this.terminal ? [`${ESCAPE}[32m`, `${ESCAPE}[37m`, `${ESCAPE}[0m`] : ['', '', ''];
    return `${bold(this.terminal, `${count}/${total}`)} ${bright}${'━'.repeat(filled)}${dim}${'━'.repeat(WIDTH - filled)}${plain}`;
  }

  private draw(line: string, end = ''): void {
    // A line longer than the terminal would wrap, and the next one could not go back over it.
    const escapes = new RegExp(`${ESCAPE}\\[\\d*m`, 'g');
    const room = (this.out.columns ?? 80) - 1;
    const over = line.replace(escapes, '').length - room;
    const cut = over > 0 && end === '' ? line.slice(0, line.length - over) : line;
    this.out.write(`${this.live ? `\r${ESCAPE}[K` : ''}${cut}${end}`);
    this.live = end === '';
  }
}

/** The display that a verbosity asks for. */
export function progressBar(verbose: 0 | 1 | 2): ProgressBar | null {
  return verbose === 0 ? null : new ProgressBar(verbose);
}

function bold(terminal: boolean, text: string): string {
  return terminal ? `${ESCAPE}[1m${text}${ESCAPE}[0m` : text;
}
