/**
 * `node test/bench/pooling-and-layers-page.ts FILE...`: makes of the results of `pooling-and-layers.ts` the tables of
 * docs/pooling-and-layers.md, which it prints, and its plots, which it writes beside that page: one for each data
 * set, of the first file's trunk.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { poolingNames } from '../../src/descriptor/poolings.ts';
import type { Pooling } from '../../src/descriptor/poolings.ts';
import { drawLinePlot } from '../../src/evaluation/line-plot.ts';

interface Result {
  model: string;
  layer: string;
  channels: number;
  stride: number;
  pooling: Pooling;
  variant: 'raw' | 'whitened';
  dimensions: number;
  dataset: string;
  mAP: number;
}

const docs = path.resolve(import.meta.dirname, '../../docs');
const files = process.argv.slice(2);
if (files.length === 0) throw new Error('Name one or more files of results.');
const results = files.flatMap((file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Result),
);
const datasets = [...new Set(results.map(({ dataset }) => dataset))];

for (const [index, [model, own]] of [...Map.groupBy(results, (result) => result.model)].entries()) {
  for (const variant of ['whitened', 'raw'] as const) {
    print(`\n${model}, ${variant}: ${datasets.join(' / ')}\n`);
    printLayers(own.filter((result) => result.variant === variant));
  }
  printSettings(model, own);
  if (index > 0) continue;
  for (const dataset of datasets) {
    const measured = own.filter((result) => result.dataset === dataset && result.variant === 'whitened');
    writeFileSync(path.join(docs, `pooling-and-layers-${dataset}.svg`), plotOf(model, dataset, measured));
  }
}

/** A row for each layer, from the last one back, and a column for each pooling. */
function printLayers(measured: readonly Result[]): void {
  print(`| layer | channels | stride | ${poolingNames.join(' | ')} |\n`);
  print(`|---|---|---|${poolingNames.map(() => '---|').join('')}\n`);
  for (const [layer, own] of Map.groupBy(measured, (result) => result.layer)) {
    const { channels, stride } = own[0]!;
    const cells = poolingNames.map((name) =>
      figures(own.filter(({ pooling }) => pooling.name === name && isUsual(pooling))),
    );
    print(`| \`${layer}\` | ${channels} | ${stride} | ${cells.join(' | ')} |\n`);
  }
}

/** The settings of R-MAC and GeM, where there are others than the usual ones. */
function printSettings(model: string, measured: readonly Result[]): void {
  const layers = new Set(measured.filter(({ pooling }) => !isUsual(pooling)).map(({ layer }) => layer));
  for (const layer of layers) {
    print(`\n${model}, \`${layer}\`: ${datasets.join(' / ')}\n| pooling | raw | whitened |\n|---|---|---|\n`);
    const own = measured.filter(
      (result) => result.layer === layer && ['r-mac', 'gem'].includes(result.pooling.name),
    );
    const bySetting = Map.groupBy(own, ({ pooling }) => wordsOf(pooling));
    for (const words of [...bySetting.keys()].sort()) {
      const cells = (['raw', 'whitened'] as const).map((variant) =>
        figures(bySetting.get(words)!.filter((result) => result.variant === variant)),
      );
      print(`| ${words} | ${cells.join(' | ')} |\n`);
    }
  }
}

function plotOf(model: string, dataset: string, measured: readonly Result[]): string {
  const layers = [...new Set(measured.map(({ layer }) => layer))].reverse();
  const values = measured.map(({ mAP }) => mAP);
  const [min, max] = [10 * Math.floor(Math.min(...values) / 10), 10 * Math.ceil(Math.max(...values) / 10)];
  const marks = Array.from({ length: (max - min) / 10 + 1 }, (_, index) => min + 10 * index);
  return drawLinePlot({
    title: `${model}, whitened, on ${dataset}`,
    x: {
      label: 'Layer, from early to last',
      min: 0,
      max: layers.length - 1,
      ticks: layers.map((layer, at) => ({ at, text: layer.replace(/^features\./, '') })),
    },
    y: { label: 'mAP (%)', min, max, ticks: marks.map((at) => ({ at, text: String(at) })) },
    lines: poolingNames.map((name) => ({
      name,
      points: layers.flatMap((layer, x) =>
        measured
          .filter(
            (result) => result.layer === layer && result.pooling.name === name && isUsual(result.pooling),
          )
          .map(({ mAP }) => ({ x, y: mAP })),
      ),
    })),
  });
}

/** As the first table compares them. */
function isUsual(pooling: Pooling): boolean {
  if (pooling.name === 'gem') return pooling.power === 3;
  return pooling.name !== 'r-mac' || (pooling.levels === 3 && pooling.wholeMap);
}

function wordsOf(pooling: Pooling): string {
  if (pooling.name === 'gem') return `GeM, power ${pooling.power}`;
  if (pooling.name !== 'r-mac') return pooling.name;
  const levels = pooling.levels === 1 ? '1 level' : `${pooling.levels} levels`;
  return `R-MAC, ${levels}${pooling.wholeMap ? ' and the whole map' : ''}`;
}

/** One figure for each data set. */
function figures(measured: readonly Result[]): string {
  return datasets
    .map((dataset) => measured.find((result) => result.dataset === dataset)?.mAP.toFixed(1) ?? '-')
    .join(' / ');
}

function print(text: string): void {
  process.stdout.write(text);
}
