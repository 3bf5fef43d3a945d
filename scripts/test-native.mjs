// Builds and runs the core's own tests (GoogleTest). Arguments go to the test binary, e.g. --gtest_filter='Lstm*'.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { must, root } from './support/shell.mjs';

const out = join(root, 'build-core');
const type = '-DCMAKE_BUILD_TYPE=Release';
if (!existsSync(join(out, 'CMakeCache.txt'))) must(['cmake', '-S', root, '-B', out, type, '-DSEQNN_TESTS=ON']);
must(['cmake', '--build', out, '--parallel', '2', '--target', 'core_tests']);
must([join(out, 'core_tests'), ...process.argv.slice(2)]);
