// Builds the addon into build/Release/seqnn.node: with CMake where there is one, else with node-gyp.
//   --out DIR              another build folder (CMake only)
//   --define NAME=VALUE    a cache variable of CMakeLists.txt, e.g. SEQNN_TESTS=ON (repeatable; or SEQNN_CMAKE_DEFINES='A=1 B=2')
//   --gyp                  node-gyp even where there is CMake
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { buildWithGyp } from './support/gyp.mjs';
import { bin, capture, must, parse, root } from './support/shell.mjs';

const [options] = parse(process.argv.slice(2));
const out = resolve(root, options.out?.at(-1) ?? 'build');
const defines = options.define ?? process.env.SEQNN_CMAKE_DEFINES?.split(' ').filter(Boolean);

function cmakeVersion() {
  const found = /version (\d+)\.(\d+)/.exec(capture(['cmake', '--version']) ?? '');
  return found ? Number(found[1]) * 1000 + Number(found[2]) : 0;
}

/** cmake-js configures once; after that cmake alone sees what changed, which takes a tenth of the time. */
function buildWithCMake() {
  const jobs = String(cpus().length);
  const stamp = join(out, 'configured.json');
  const known =
    existsSync(stamp) && existsSync(join(out, 'CMakeCache.txt')) ? JSON.parse(readFileSync(stamp, 'utf8')) : null;
  // A folder keeps its defines until others are asked for.
  const wanted = {
    root,
    defines: defines ?? known?.defines ?? [],
    compiler: [process.env.CC, process.env.CXX, process.env.CXXFLAGS].map(String),
  };
  if (JSON.stringify(known) !== JSON.stringify(wanted)) {
    const command = existsSync(out) ? 'reconfigure' : 'configure';
    must([
      ...bin('cmake-js/bin/cmake-js'),
      command,
      '--log-level=warn',
      `--out=${out}`,
      ...wanted.defines.map((define) => `--CD${define}`),
    ]);
    mkdirSync(out, { recursive: true });
    writeFileSync(stamp, JSON.stringify(wanted));
  }
  const quiet = existsSync(join(out, 'build.ninja')) ? ['--', '--quiet'] : [];
  must(['cmake', '--build', out, '--config', 'Release', '--parallel', jobs, ...quiet]);
}

if (options.gyp || cmakeVersion() < 3019) buildWithGyp(root);
else buildWithCMake();
