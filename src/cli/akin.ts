#!/usr/bin/env node
/** The command line: the same engine and catalog as the app, in a process of its own. */
import { Command, CommanderError } from 'commander';
import { asAkinError } from '../errors.ts';
import { addCommand } from './add.ts';
import { evaluateCommand } from './evaluate.ts';
import { indexCommand } from './index-photos.ts';
import { listCommand } from './list.ts';
import { searchCommand } from './search.ts';
import { statusCommand } from './status.ts';

const exitCodes = { failed: 1, wrongUsage: 2, interrupted: 130 };

const libraryCommands = [addCommand(), indexCommand(), searchCommand(), listCommand(), statusCommand()];
for (const command of libraryCommands) {
  command
    .option('--library <folder>', "the library's folder (default: the user's own)")
    .option('--json', 'print one JSON object a line');
}

const program = new Command('akin').description('Finds the photos that belong together.');
for (const command of [...libraryCommands, evaluateCommand()]) program.addCommand(command);
for (const command of [program, ...program.commands]) command.exitOverride().showHelpAfterError();

// A reader that has seen enough, as in `akin list | head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.wrongUsage;
  } else {
    const { code, message } = asAkinError(error);
    process.stderr.write(`${message}\n`);
    process.exitCode = code === 'cancelled' ? exitCodes.interrupted : exitCodes.failed;
  }
}
