/** What `akin evaluate` prints. */
import type { Pooling } from '../descriptor/poolings.ts';
import type { Dataset } from '../evaluation/dataset.ts';
import type { Measured } from '../evaluation/evaluate-dataset.ts';
import { drawLinePlot } from '../evaluation/line-plot.ts';

/** One object a line; fields are only ever added. */
export function jsonOf(
  { variant, dimensions, difficulty, queries, retrieval }: Measured,
  dataset: Dataset,
  { longSide, perQuery }: { longSide: number; perQuery: boolean },
): object {
  const { amongFirstFour, perQuery: precisions, ...figures } = retrieval;
  return {
    protocol: dataset.protocol,
    variant: variant.name,
    ...(difficulty && { difficulty }),
    ...figures,
    ...(dataset.protocol === 'ukbench' && { nsScore: amongFirstFour }),
    pooling: variant.pooling,
    layer: variant.layer,
    dimensions,
    longSide,
    boxes: queries.some(({ box }) => box !== undefined),
    ...(perQuery && {
      perQuery: queries.map(({ photo, group }, index) => ({
        path: dataset.photos[photo],
        group,
        averagePrecision: precisions[index],
      })),
    }),
  };
}

/** A line a measurement. */
export function tableOf(measured: readonly Measured[], dataset: Dataset): string[] {
  const ukbench = dataset.protocol === 'ukbench';
  const header = [
    'protocol',
    'variant',
    'pooling',
    'layer',
    'dimensions',
    'queries',
    'mAP',
    'R@1',
    'P@5',
    'P@10',
  ];
  const rows = measured.map(({ variant, dimensions, difficulty, retrieval }) => [
    difficulty ? `${dataset.protocol} ${difficulty}` : dataset.protocol,
    variant.name,
    wordsOf(variant.pooling),
    variant.layer,
    String(dimensions),
    String(retrieval.queries),
    ...[retrieval.mAP, retrieval.r1, retrieval.precisionAt[5], retrieval.precisionAt[10]].map(twoDigits),
    ...(ukbench ? [twoDigits(retrieval.amongFirstFour)] : []),
  ]);
  return aligned([[...header, ...(ukbench ? ['N-S'] : [])], ...rows], 4);
}

/** Average precision of every query, for each variant a column. */
export function perQueryTable(measured: readonly Measured[], dataset: Dataset): string[] {
  const parts = Map.groupBy(measured, ({ queries }) => queries);
  return [...parts].flatMap(([queries, columns]) => {
    const title = columns[0]!.difficulty ?? 'query';
    const header = [
      title,
      'group',
      ...columns.map(({ variant }) => `${variant.name} ${wordsOf(variant.pooling)}`),
    ];
    const rows = queries.map(({ photo, group }, index) => [
      dataset.photos[photo]!,
      group,
      ...columns.map(({ retrieval }) => twoDigits(retrieval.perQuery[index]!)),
    ]);
    return ['', ...aligned([header, ...rows], 2)];
  });
}

/** Precision over recall of everything measured, as an SVG. */
export function plotOf(measured: readonly Measured[], title: string): string {
  const severalLayers = new Set(measured.map(({ variant }) => variant.layer)).size > 1;
  const ticks = [0, 20, 40, 60, 80, 100].map((at) => ({ at, text: String(at) }));
  return drawLinePlot({
    title,
    x: { label: 'Recall (%)', min: 0, max: 100, ticks },
    y: { label: 'Precision (%)', min: 0, max: 100, ticks },
    lines: measured.map(({ variant, difficulty, retrieval }) => ({
      name: [
        variant.name,
        wordsOf(variant.pooling),
        ...(severalLayers ? [variant.layer] : []),
        ...(difficulty ? [difficulty] : []),
      ].join(', '),
      points: retrieval.curve.map(({ recall, precision }) => ({ x: recall, y: precision })),
    })),
  });
}

function wordsOf(pooling: Pooling): string {
  if (pooling.name === 'gem') return `gem ${pooling.power}`;
  if (pooling.name === 'r-mac-concatenated') return `${pooling.name} ${pooling.levels}`;
  if (pooling.name !== 'r-mac') return pooling.name;
  return `r-mac ${pooling.levels}${pooling.wholeMap ? ' + map' : ''}`;
}

function twoDigits(value: number): string {
  return value.toFixed(2);
}

/** @param texts so many columns are text, and begin at the left; the rest are numbers */
export function aligned(rows: readonly (readonly string[])[], texts: number): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      column < texts ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    );
  return rows.map((row) => line(row).join('  ').trimEnd());
}
