// CommonJS in both builds of the library, so that it can resolve a package that may not be there.
import { readFileSync } from 'node:fs';

/** The script and the style sheet of uPlot, an optional peer dependency. @throws with the command that installs it. */
export function uplot(): { script: string; style: string } {
  const find = (file: string) => {
    try {
      return require.resolve(`uplot/dist/${file}`, { paths: [__dirname, process.cwd()] });
    } catch (error) {
      throw new Error(
        'report: the plots need the package uplot, which is not installed. Install it with: npm install uplot',
        { cause: error },
      );
    }
  };
  return {
    script: readFileSync(find('uPlot.iife.min.js'), 'utf8'),
    style: readFileSync(find('uPlot.min.css'), 'utf8'),
  };
}
