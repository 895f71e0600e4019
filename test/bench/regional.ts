/** Region by region: 200 photos ranked again, 2,000 against a box, where they match, and a heat-map. */
import { cellsOf } from '../../src/descriptor/box.ts';
import { createDescriber } from '../../src/descriptor/describe.ts';
import { encodeRegions, quantiseRegions } from '../../src/descriptor/quantise.ts';
import { regionRows } from '../../src/descriptor/region-rows.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { samplePhotos } from '../../src/samples.ts';
import { heatMap } from '../../src/search/heat-map.ts';
import { localise } from '../../src/search/localisation.ts';
import { createRegionalMatcher, reranked } from '../../src/search/regional.ts';
import { Target } from '../../src/search/target.ts';
import { realPhoto } from '../ingest/pictures.ts';
import type { BenchResult } from './bench-result.ts';
import { median, medianRatio, takeTurns } from './measure.ts';
import { seededRandom } from './seeded-random.ts';

const geometry = { height: 12, width: 16, levels: 3, wholeMap: true };
const regions = 21;
const rounds = 31;
/** Milliseconds. */
const limits = { rerank: 40, box: 100, localise: 15 };

export async function regionalBench(): Promise<BenchResult> {
  const model = await readModel(defaultModelFolder());
  const describer = await createDescriber(model);
  const { dimensions } = describer;
  const matcher = await createRegionalMatcher(dimensions);
  const blobs = storedRegions(dimensions);
  const query = quantiseRegions(randomVectors(dimensions, seededRandom(3)), dimensions, geometry);
  const whole = regionRows(query, dimensions);
  const pictures = await Promise.all(samplePhotos.map((name) => picture(name, model.settings.longSide)));
  const maps = await Promise.all(pictures.map((pixels) => describer.map(pixels)));
  const target = new Target(maps[0]!, cellsOf([0.2, 0.2, 0.5, 0.5], maps[0]!), model.head);
  try {
    const times = await takeTurns(
      {
        trunk: (round) => describer.map(pictures[round % pictures.length]!),
        rerank: () => matcher.match(whole, blobs.slice(0, reranked.photo)),
        box: () => matcher.match(whole.subarray(0, dimensions), blobs),
        localise: (round) => localise(maps[round % maps.length]!, target),
        heat: (round) => heatMap(maps[round % maps.length]!, target),
      },
      { rounds },
    );
    const line = (what: string, name: keyof typeof times) =>
      `${what}: ${median(times[name]).toFixed(1)} ms, at best ${Math.min(...times[name]).toFixed(1)}; ` +
      `${medianRatio(times[name], times.trunk).toFixed(2)} times the trunk's`;
    const limit = (what: string, name: keyof typeof limits) => ({
      text: `${what} in at most ${limits[name]} ms: ${median(times[name]).toFixed(1)}`,
      holds: median(times[name]) <= limits[name],
    });
    return {
      name: `regions, ${rounds} rounds`,
      measured: [
        line('the trunk on a photo', 'trunk'),
        line(`${reranked.photo} photos ranked again`, 'rerank'),
        line(`${reranked.box} photos against a box`, 'box'),
        line('localisation', 'localise'),
        line('heat-map', 'heat'),
      ],
      limits: [
        limit(`${reranked.photo} photos ranked again`, 'rerank'),
        limit(`${reranked.box} photos against a box`, 'box'),
        limit('a result localised', 'localise'),
      ],
    };
  } finally {
    await matcher.release();
    await describer.release();
  }
}

async function picture(name: string, longSide: number) {
  return (await decodePhoto(realPhoto(name), { longSide, name, thumbnail: false })).pixels;
}

/** What the catalog would give for as many photos as a box is compared with. */
function storedRegions(dimensions: number): Uint8Array[] {
  const random = seededRandom(5);
  return Array.from({ length: reranked.box }, () =>
    encodeRegions(quantiseRegions(randomVectors(dimensions, random), dimensions, geometry)),
  );
}

function randomVectors(dimensions: number, random: () => number): Float32Array {
  return Float32Array.from({ length: regions * dimensions }, () => random() - 0.5);
}
