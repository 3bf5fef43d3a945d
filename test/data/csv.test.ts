import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { data } from '../../lib/index.js';

const file = (name: string) => fileURLToPath(new URL(`../../../data/${name}`, import.meta.url));

describe('data.readCsv', () => {
  it('reads measured series, missing values as NaN', async () => {
    const sunspots = await data.readCsv(file('sunspots.csv'));
    assert.deepEqual([sunspots.names, sunspots.length], [['year', 'sunspots'], 309]);
    assert.deepEqual(sunspots.tensor().shape, [309, 2]);
    const co2 = await data.readCsv(file('co2_weekly.csv'));
    assert.equal(co2.length, 2284);
    assert.equal(co2.numbers('co2').filter(Number.isNaN).length, 59);
    assert.equal(co2.text('date')[0], '1958-03-29');
  });

  it('reads quoted fields, all line ends, a byte order mark and no final line end', () => {
    const table = data.parseCsv('\uFEFFa,"b, c"\r\n"1","say ""hi""\nthere"\n\n2,\r3,"x"');
    assert.deepEqual(table.names, ['a', 'b, c']);
    assert.deepEqual(table.text('b, c'), ['say "hi"\nthere', '', 'x']);
    assert.deepEqual(Array.from(table.numbers('a')), [1, 2, 3]);
  });

  it('takes another delimiter, no header and words for missing', () => {
    const table = data.parseCsv('1; -2e3 \nNA;?\n', { delimiter: ';', header: false, missing: ['NA', '?'] });
    assert.deepEqual(Array.from(table.numbers('1')), [-2000, NaN]);
    assert.deepEqual(table.tensor(['0'], 'float64').dtype, 'float64');
  });

  it('names the row and column of a fault', () => {
    assert.throws(() => data.parseCsv('a,b\n1,2\n3\n'), /row 1 has 1 fields, expected 2 \(a, b\)/);
    assert.throws(() => data.parseCsv('a\nten\n').numbers('a'), /row 0 of column 'a' is 'ten', expected a number/);
    assert.throws(
      () => data.parseCsv('sunspots\n1\n').numbers('sunspot'),
      /no column 'sunspot'. Did you mean 'sunspots'/,
    );
    assert.throws(() => data.parseCsv('a\n"1\n'), /the quote at position 2 is never closed/);
    assert.throws(() => data.parseCsv(''), /at least one line/);
    assert.throws(() => data.parseCsv('a', { delimiter: ', ' }), /delimiter must be one character/);
  });
});
