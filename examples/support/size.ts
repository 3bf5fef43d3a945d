/** What an example uses: `full` as it is meant to be read and run, `quick` under `--quick`, which is how the tests run it. */
export function size<V>(full: V, quick: V): V {
  return process.argv.includes('--quick') ? quick : full;
}
