/** `npm run model:import -- FILE_OR_FOLDER`: makes a model folder of published weights. */
import process from 'node:process';
import { Command, Option } from 'commander';
import { asAkinError } from '../../errors.ts';
import { architectureNames } from '../architecture.ts';
import { localFeatureArchitectureNames } from '../local-feature-model.ts';
import { shippedModelFolder } from '../model-file.ts';
import type { ImportedArchitecture } from './fold.ts';
import { importWeights } from './import-weights.ts';

interface CommandOptions {
  architecture?: ImportedArchitecture;
  out?: string;
  licence?: string;
  licenceFile?: string[];
}

const command = new Command('model:import')
  .description('Turn published weights into a model that Akin reads.')
  .argument('<file-or-folder>', 'a torch file (.pth, .pt) or the folder of a TensorFlow.js layers model')
  .addOption(
    new Option('--architecture <name>', 'told from the weights by default').choices([
      ...architectureNames,
      ...localFeatureArchitectureNames,
    ]),
  )
  .option('--out <folder>', 'where the model goes; resources/models/ARCHITECTURE by default')
  .option('--licence <spdx>', 'licence of the weights, where Akin does not know the file')
  .option('--licence-file <file...>', 'licence texts that go along')
  .action(async (source: string, options: CommandOptions) => {
    const { folder, description } = await importWeights(source, options.out ?? shippedModelFolder, {
      ...(options.architecture ? { architecture: options.architecture } : {}),
      ...(options.licence ? { licence: options.licence } : {}),
      ...(options.licenceFile ? { licenceFiles: options.licenceFile } : {}),
    });
    console.log(`${description.architecture} -> ${folder} (licence: ${description.licence})`);
  });

try {
  await command.parseAsync();
} catch (error) {
  console.error(asAkinError(error).message);
  process.exitCode = 1;
}
