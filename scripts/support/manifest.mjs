// What binding.gyp asks of native/sources.json: node scripts/support/manifest.mjs <question> [words], answered one word a line.
import { readFileSync } from 'node:fs';

const { isa, ...lists } = JSON.parse(readFileSync(new URL('../../native/sources.json', import.meta.url), 'utf8'));
const answers = {
  sources: (list) => lists[list].map((file) => `native/${file}`),
  flags: () => lists.flags,
  isaFlags: (arch, name) => isa[arch][name].flags,
  isaBytes: (arch, name) => [isa[arch][name].bytes],
};

const [question, ...words] = process.argv.slice(2);
console.log(answers[question](...words).join('\n'));
