#!/usr/bin/env node
/** The command line: the same engine and catalog as the app, in a process of its own. */
import { Command, CommanderError } from 'commander';
import project from '../../package.json' with { type: 'json' };
import { addCommand } from './add.ts';
import { albumsCommand } from './albums.ts';
import { duplicatesCommand } from './duplicates.ts';
import { evaluateDuplicatesCommand } from './evaluate-duplicates.ts';
import { evaluateFinetuneCommand } from './evaluate-finetune.ts';
import { evaluateCommand } from './evaluate.ts';
import { indexCommand } from './index-photos.ts';
import { judgeCommand } from './judge.ts';
import { listCommand } from './list.ts';
import { modelsCommand } from './models.ts';
import { placesCommand } from './places.ts';
import { searchCommand } from './search.ts';
import { reportFailure } from './session.ts';
import { statusCommand } from './status.ts';
import { trainCommand } from './train.ts';

const wrongUsage = 2;

const libraryCommands = [
  addCommand(),
  indexCommand(),
  searchCommand(),
  duplicatesCommand(),
  placesCommand(),
  modelsCommand(),
  trainCommand(),
  albumsCommand(),
  judgeCommand(),
  listCommand(),
  statusCommand(),
];
for (const command of libraryCommands) {
  command
    .option('--library <folder>', "the library's folder (default: AKIN_LIBRARY, or the user's own)")
    .option('--json', 'print one JSON object a line');
}

const program = new Command('akin')
  .description('Finds the photos that belong together.')
  .version(project.version, '--version', 'print the version');
for (const command of [
  ...libraryCommands,
  evaluateCommand(),
  evaluateDuplicatesCommand(),
  evaluateFinetuneCommand(),
])
  program.addCommand(command);
for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
  command.exitOverride().showHelpAfterError();
}

// A reader that has seen enough, as in `akin list | head`, is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) reportFailure(error);
  else process.exitCode = error.exitCode === 0 ? 0 : wrongUsage;
}
