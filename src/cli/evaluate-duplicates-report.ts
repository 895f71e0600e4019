/** What `akin evaluate-duplicates` prints. */
import type { SoughtPhoto } from '../evaluation/duplicates/copies.ts';
import {
  bestThreshold,
  countInGroups,
  measurePairs,
  missedPairs,
  precisionApart,
  precisionOf,
  recallOf,
} from '../evaluation/duplicates/count-pairs.ts';
import type { MeasuredPairs } from '../evaluation/duplicates/count-pairs.ts';
import type { DuplicateMethod, FoundPairs } from '../evaluation/duplicates/duplicate-method.ts';
import { aligned } from './evaluate-report.ts';
import { printJson, printLine } from './session.ts';

interface ReportOptions {
  json: boolean;
  /** Name false pairs and missed copies. */
  list: boolean;
  seed: number;
}

/** What the best threshold of a method must reach. */
const leastPrecision = 0.999;

interface Row {
  method: DuplicateMethod;
  found: FoundPairs;
  usual: MeasuredPairs;
  /** Null where no threshold is precise enough. */
  best: MeasuredPairs | null;
  things: { called: number; pairs: number };
}

export class DuplicatesReport {
  readonly #photos: readonly SoughtPhoto[];
  readonly #groups: readonly ReadonlySet<number>[];
  readonly #options: ReportOptions;
  readonly #rows: Row[] = [];

  /** @param groups places of photos that show one thing */
  constructor(
    photos: readonly SoughtPhoto[],
    groups: readonly ReadonlySet<number>[],
    options: ReportOptions,
  ) {
    this.#photos = photos;
    this.#groups = groups;
    this.#options = options;
  }

  begin(): void {
    if (this.#options.json) return;
    const copies = this.#photos.filter(({ edit }) => edit).length;
    printLine(`${this.#photos.length - copies} photos and ${copies} copies, seed ${this.#options.seed}`);
  }

  /** Tells what a method found: all of it as JSON, and in words what is listed. */
  add(method: DuplicateMethod, found: FoundPairs): void {
    const usual = measurePairs(this.#photos, found.pairs, method.threshold);
    const best = bestThreshold(this.#photos, found.pairs, leastPrecision);
    const called = found.pairs.filter(({ distance }) => distance <= method.threshold);
    const row = { method, found, usual, best, things: countInGroups(this.#groups, called) };
    this.#rows.push(row);
    if (this.#options.json) this.#printJson(row);
    if (this.#options.list) this.#list(row);
  }

  /** The tables. */
  end(): void {
    if (this.#options.json) return;
    const tables = [this.#overall(), this.#byEdit()];
    for (const table of tables) ['', ...table].forEach(printLine);
    [
      '',
      'Two copies of one photo count neither way. "Apart" is precision without pairs of photos that were called as they',
      'lie in the folder, and of their copies: true copies that nobody marked may be among them. --list names them.',
    ].forEach(printLine);
  }

  #overall(): string[] {
    const header = [
      'method',
      'threshold',
      'recall',
      'precision',
      'apart',
      'false',
      'things',
      'making',
      'comparing',
    ];
    const lines = this.#rows.flatMap(({ method, found, usual, best, things }) => {
      const figures = (measured: MeasuredPairs) => [
        threeDigits(recallOf(measured)),
        fourDigits(precisionOf(measured)),
        fourDigits(precisionApart(measured)),
        String(measured.wrong),
      ];
      const { making, comparing } = found.milliseconds;
      const times = [making, comparing].map((time) => `${(time / 1000).toFixed(1)} s`);
      const called = things.pairs === 0 ? '-' : `${things.called} of ${things.pairs}`;
      return [
        [method.name, method.wording(method.threshold), ...figures(usual), called, ...times],
        best
          ? [method.name, `best: ${method.wording(best.threshold)}`, ...figures(best), '', '', '']
          : [method.name, `best: none reaches ${leastPrecision}`, '', '', '', '', '', '', ''],
      ];
    });
    return aligned([header, ...lines], 2);
  }

  #byEdit(): string[] {
    const names = this.#rows.flatMap(({ method }) => [method.name, 'precision']);
    const edits = this.#rows[0]?.usual.edits ?? [];
    const lines = edits.map(({ edit }, at) => [
      edit,
      ...this.#rows.flatMap(({ usual }) => {
        const counts = usual.edits[at]!;
        return [threeDigits(recallOf(counts)), fourDigits(precisionOf(counts))];
      }),
    ]);
    return aligned([['recall of', ...names], ...lines], 1);
  }

  #printJson({ method, found, usual, best, things }: Row): void {
    const copies = this.#photos.filter(({ edit }) => edit).length;
    printJson({
      method: method.name,
      photos: this.#photos.length - copies,
      copies,
      unreadable: found.unreadable.size,
      seed: this.#options.seed,
      ...figuresOf(usual),
      best: best && figuresOf(best),
      ...(things.pairs > 0 && { things }),
      milliseconds: found.milliseconds,
    });
  }

  #list({ method, found, usual }: Row): void {
    for (const { one, other, distance } of usual.falsePairs) {
      const pair = [one, other].map((place) => this.#nameOf(place));
      if (this.#options.json) printJson({ method: method.name, false: pair, distance });
      else printLine(`${method.name} called: ${pair.join(' and ')}, ${method.wording(distance)}`);
    }
    for (const [photo, copy] of missedPairs(this.#photos, found.pairs, method.threshold)) {
      const reason = found.whyNot?.(photo, copy);
      if (this.#options.json)
        printJson({ method: method.name, missed: this.#nameOf(copy), ...(reason && { reason }) });
      else printLine(`${method.name} missed: ${this.#nameOf(copy)}${reason ? ` (${reason})` : ''}`);
    }
  }

  /** The path of a photo; of a copy that of its photo, with what was done to it. */
  #nameOf(place: number): string {
    const { original, edit } = this.#photos[place]!;
    const { file } = this.#photos[original]!;
    return edit ? `${file}, ${edit.name}` : file;
  }
}

function figuresOf({ falsePairs: _, edits, ...counts }: MeasuredPairs): object {
  const figures = (some: MeasuredPairs | MeasuredPairs['edits'][number] | typeof counts) => ({
    recall: recallOf(some),
    precision: precisionOf(some),
    precisionApart: precisionApart(some),
  });
  return { ...counts, ...figures(counts), edits: edits.map((one) => ({ ...one, ...figures(one) })) };
}

function threeDigits(value: number): string {
  return value.toFixed(3);
}

function fourDigits(value: number): string {
  return value.toFixed(4);
}
