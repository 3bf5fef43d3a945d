// CommonJS in both builds of the library, so that it can require() a .node file and knows its own folder.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');

/** Where the addon may lie: built in place first, then the prebuilt one of this platform. */
export function candidates(): string[] {
  const override = process.env.SEQNN_ADDON;
  if (override) return [override];
  return [
    join(root, 'build', 'Release', 'seqnn.node'),
    join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'seqnn.node'),
  ];
}

/** Loads the first addon that exists; one message for a missing and one for a foreign addon. */
export function load(): unknown {
  const found = candidates().find((path) => existsSync(path));
  const platform = `${process.platform}-${process.arch} (Node ${process.version})`;
  if (found === undefined) {
    throw new Error(
      `seqnn: no native addon for ${platform}. Looked for ${candidates().join(' and ')}. Build it with: npm run build:native`,
    );
  }
  try {
    return require(found);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/SEQNN_|instruction set/.test(reason)) throw error;
    throw new Error(
      `seqnn: the native addon ${found} does not load on ${platform}: ${reason}. Rebuild it with: npm run build:native`,
      { cause: error },
    );
  }
}
