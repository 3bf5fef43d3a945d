import { show, ValueError } from '../program/errors.js';
import { about } from '../runtime/machine.js';

/** The device, if this machine has it; else the nearest one: the first GPU, or the processor where there is none. */
export function nearestDevice(device: string): string {
  const { count } = about().gpu;
  const number = Number(/^gpu:(\d+)$/.exec(device)?.[1] ?? 0);
  if (device === 'cpu' || number < count) return device;
  return count > 0 ? 'gpu:0' : 'cpu';
}

/** The device that an option names, in one spelling; undefined: the program's own. @throws ValueError for what names none. */
export function chosenDevice(who: string, device: unknown): string | undefined {
  if (device === undefined) return undefined;
  if (typeof device !== 'string' || !/^(cpu|gpu(:\d{1,3})?)$/.test(device))
    throw new ValueError(`${who}: expected a device, 'cpu', 'gpu' or 'gpu:0', got ${show(device)}.`);
  if (device === 'cpu') return about().gpu.count > 0 ? device : undefined;
  return device === 'gpu' ? 'gpu:0' : device;
}
