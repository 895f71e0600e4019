import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesFile } from '../../src/search/matches-file.ts';
import type { MatchRecord } from '../../src/search/matches-file.ts';

const textOf = (matches: readonly MatchRecord[], format: 'csv' | 'json') =>
  Buffer.from(matchesFile(matches, format)).toString('utf8');

const header = '\ufeffpath,score,similarity,tier,verified,x,y,width,height,copies\r\n';

/** A reader of RFC 4180, apart from the writer. @returns rows of cells, with what stood in quotes marked */
function readCsv(text: string): { text: string; quoted: boolean }[][] {
  const rows: { text: string; quoted: boolean }[][] = [];
  let rest = text;
  let row: { text: string; quoted: boolean }[] = [];
  while (rest !== '') {
    const found = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
    if (!found) throw new Error(`No cell at ${rest.slice(0, 20)}`);
    row.push({ text: (found[1] ?? found[2] ?? '').replaceAll('""', '"'), quoted: found[1] !== undefined });
    if (found[3] === '\r\n') {
      rows.push(row);
      row = [];
    }
    rest = rest.slice(found[0].length);
  }
  return rows;
}

const records = fc.array(
  fc.record(
    {
      path: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', 'é', '/') }),
      ),
      score: fc.double({ min: -1, max: 2, noNaN: true }).map((score) => score + 0),
      similarity: fc.double({ min: -1, max: 1, noNaN: true }).map((similarity) => similarity + 0),
      tier: fc.constantFrom('identical', 'near-duplicate', 'same-scene', 'similar'),
      verified: fc.nat(),
      box: fc.tuple(fc.constant(0), fc.constant(0.25), fc.constant(0.5), fc.constant(1)),
      copies: fc.array(fc.string(), { maxLength: 3 }),
    },
    { requiredKeys: ['path', 'score', 'similarity', 'tier'] },
  ),
  { maxLength: 5 },
);

describe('a CSV file', () => {
  it('has a line for each result, with the box in four columns and copies counted', () => {
    const matches: MatchRecord[] = [
      {
        path: '/photos/été, "1".jpg',
        score: 0.5,
        similarity: 0.25,
        tier: 'same-scene',
        verified: 42,
        box: [0, 0.25, 0.5, 1],
        copies: ['/photos/a.jpg', '/photos/b.jpg'],
      },
      { path: '/photos/b\ufffd.jpg', score: -0.125, similarity: -0.5, tier: 'similar' },
    ];
    expect(textOf(matches, 'csv')).toBe(
      `${header}"/photos/été, ""1"".jpg",0.5,0.25,"same-scene",42,0,0.25,0.5,1,2\r\n` +
        `"/photos/b\ufffd.jpg",-0.125,-0.5,"similar",,,,,,\r\n`,
    );
    expect([...matchesFile(matches, 'csv').subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(textOf([], 'csv')).toBe(header);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('holds no formula for %j', (path) => {
    expect(textOf([{ path, score: 1, similarity: 1, tier: 'similar' }], 'csv')).toBe(
      `${header}"'${path}",1,1,"similar",,,,,,\r\n`,
    );
  });

  it('is read again as it was written, whatever the paths hold', () => {
    fc.assert(
      fc.property(records, (matches) => {
        const text = textOf(matches, 'csv');
        expect(text.startsWith(header)).toBe(true);
        const rows = readCsv(text.slice(header.length));
        expect(rows).toHaveLength(matches.length);
        for (const [at, { path, score, similarity, tier, verified, box, copies }] of matches.entries()) {
          const cells = rows[at]!.map((cell) => cell.text);
          expect(cells).toHaveLength(10);
          expect([path, `'${path}`]).toContain(cells[0]);
          expect(Number(cells[1])).toBe(score);
          expect(Number(cells[2])).toBe(similarity);
          expect(cells.slice(3)).toEqual([
            tier,
            verified === undefined ? '' : String(verified),
            ...(box ? box.map(String) : ['', '', '', '']),
            copies ? String(copies.length) : '',
          ]);
          for (const cell of rows[at]!) {
            if (cell.quoted) expect(cell.text).not.toMatch(/^[=+\-@\t\r]/);
            else expect(cell.text === '' || Number.isFinite(Number(cell.text))).toBe(true);
          }
        }
      }),
    );
  });
});

describe('a JSON file', () => {
  it('is one array with a line for each result, and leaves out what was not looked for', () => {
    const matches: MatchRecord[] = [
      {
        path: '/a.jpg',
        score: 1,
        similarity: 0.9,
        tier: 'identical',
        verified: 0,
        box: [0, 0, 1, 1],
        copies: ['/b.jpg'],
      },
      { path: '/c.jpg', score: 0.5, similarity: 0.5, tier: 'similar', verified: undefined },
    ];
    expect(textOf(matches, 'json')).toBe(
      '[\n{"path":"/a.jpg","score":1,"similarity":0.9,"tier":"identical","verified":0,"box":[0,0,1,1],"copies":["/b.jpg"]},\n' +
        '{"path":"/c.jpg","score":0.5,"similarity":0.5,"tier":"similar"}\n]\n',
    );
  });

  it('is read again as it was written', () => {
    fc.assert(
      fc.property(records, (matches) => {
        expect(JSON.parse(textOf(matches, 'json'))).toEqual(matches);
      }),
    );
  });
});
