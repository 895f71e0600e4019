import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { drawLinePlot } from '../../src/evaluation/line-plot.ts';
import type { LinePlot } from '../../src/evaluation/line-plot.ts';

const axis = (label: string) => ({
  label,
  min: 0,
  max: 100,
  ticks: [0, 50, 100].map((at) => ({ at, text: String(at) })),
});
const plot: LinePlot = {
  title: 'Precision & recall of <a "set">',
  x: axis('Recall (%)'),
  y: axis('Precision (%)'),
  lines: [
    {
      name: 'one',
      points: [
        { x: 0, y: 100 },
        { x: 100, y: 0 },
      ],
    },
    {
      name: 'other',
      points: [
        { x: 0, y: 50 },
        { x: 100, y: 50 },
      ],
    },
  ],
};

describe('a plot', () => {
  it('has its title, axes, ticks and the names of its lines in words', () => {
    const drawn = drawLinePlot(plot);
    for (const words of ['Recall (%)', 'Precision (%)', '>0<', '>50<', '>100<', '>one<', '>other<'])
      expect(drawn).toContain(words);
    expect(drawn).toContain('Precision &#38; recall of &#60;a &#34;set&#34;&#62;');
    expect(drawn).toMatch(/prefers-color-scheme: dark/);
  });

  it('puts points where their values are: up is more, right is more', () => {
    const [first, second] = [
      ...drawLinePlot(plot).matchAll(/ d="(M[\d. L-]+)"\/><(?:circle|rect|path)/g),
    ].map(([, path]) => path!);
    // The plane goes from 64 to 540 across, from 370 up to 48.
    expect(first).toBe('M64 48L540 370');
    expect(second).toBe('M64 209L540 209');
  });

  it('is a picture that a renderer draws, with the lines in their colours', async () => {
    const { data, info } = await sharp(Buffer.from(drawLinePlot(plot)))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([900, 440]);
    const at = (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * info.channels).subarray(0, 3),
    ];
    expect(at(302, 209)).not.toEqual(at(302, 230));
    expect(at(64, 200)).not.toEqual(at(70, 200));
  });

  it('keeps control characters out, which XML forbids', () => {
    const drawn = drawLinePlot({ ...plot, title: 'a\u0000\u001bb' });
    // eslint-disable-next-line no-control-regex
    expect(drawn).not.toMatch(/[\0-\x08\x0b-\x1f]/);
    expect(drawn).toContain('a  b');
  });
});
