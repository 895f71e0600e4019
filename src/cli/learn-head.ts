/** `npm run model:head -- FOLDER`: learns a model's head from any folder of unrelated photos. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { gridMaxima } from '../descriptor/describe.ts';
import { createHead } from '../descriptor/head.ts';
import { VectorStatistics, learnWhitening } from '../descriptor/whitening.ts';
import { AkinError, asAkinError } from '../errors.ts';
import { decodePhoto } from '../ingest/decode.ts';
import { writeHead } from '../model/head-file.ts';
import { defaultModelFolder, readModel } from '../model/model-folder.ts';
import { createTrunk } from '../model/trunk.ts';

/** Smaller than in search: statistics of region vectors hardly change with it, and the photos may be small. */
const longSide = 384;

interface Options {
  model: string;
  dimensions: number;
}

async function learnHead(folder: string, { model: modelFolder, dimensions }: Options): Promise<void> {
  const model = await readModel(modelFolder);
  if (dimensions > model.channels) {
    throw new AkinError('bad-request', { reason: `the trunk has ${model.channels} channels` });
  }
  const trunk = await createTrunk(model);
  const unit = await createHead(null, model.channels);
  const statistics = new VectorStatistics(model.channels);
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  for (const [index, name] of names.entries()) {
    try {
      const photo = await decodePhoto(await readFile(name), { longSide, name, thumbnail: false });
      const [map] = await trunk.run([photo.pixels]);
      statistics.add(await unit.run(gridMaxima(map!, model.settings)));
    } catch (error) {
      if (!(error instanceof AkinError)) throw error;
      process.stderr.write(`left out: ${error.message}\n`);
    }
    if (index % 100 === 99) process.stderr.write(`${index + 1} of ${names.length} photos\n`);
  }
  if (statistics.count <= dimensions) throw new AkinError('no-photos');
  process.stderr.write(`whitening ${statistics.count} region vectors\n`);
  await writeHead(modelFolder, learnWhitening(statistics, dimensions), 'F16');
  await trunk.release();
  await unit.release();
}

function parseDimensions(text: string): number {
  const dimensions = Number(text);
  if (!Number.isInteger(dimensions) || dimensions < 1)
    throw new InvalidArgumentError('A whole number above 0.');
  return dimensions;
}

const command = new Command('model:head')
  .description('Learn a head (centring and PCA-whitening) from a folder of unrelated photos.')
  .argument('<folder>', 'photos, a thousand or more, none of them from an evaluation')
  .option('--model <folder>', 'the model that gets the head', defaultModelFolder())
  .option('--dimensions <number>', 'length of a descriptor', parseDimensions, 512)
  .action(learnHead);

try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`${asAkinError(error).message}\n`);
  process.exitCode = 1;
}
