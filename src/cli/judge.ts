import path from 'node:path';
import { Argument, Command } from 'commander';
import { photoAt } from './photo-paths.ts';
import { printJson, printLine, withLibrary } from './session.ts';
import type { LibraryOptions } from './session.ts';

const verdicts = { same: true, different: false, forget: null } as const;
type Verdict = keyof typeof verdicts;

const words: Record<Verdict, string> = {
  same: 'Noted that these show the same thing:',
  different: 'Noted that these show different things:',
  forget: 'Nothing is noted any more about:',
};

/** `akin judge PHOTO PHOTO same|different|forget`: what Akin learns from, pair by pair. */
export function judgeCommand(): Command {
  return new Command('judge')
    .description('Tell Akin whether two photos show the same thing.')
    .argument('<photo>', 'a photo of the library')
    .argument('<other>', 'another one')
    .addArgument(
      new Argument('<verdict>', 'what they show; "forget" takes it back').choices(Object.keys(verdicts)),
    )
    .action(async (photo: string, other: string, verdict: Verdict, _options: unknown, command: Command) => {
      if (path.resolve(photo) === path.resolve(other)) command.error('error: name two photos');
      await withLibrary(command.optsWithGlobals<LibraryOptions>(), async ({ library, json }) => {
        const pair: [number, number] = [await photoAt(library, photo), await photoAt(library, other)];
        library.judgements.set(pair, verdicts[verdict]);
        const photos = pair.map((id) => library.photo(id).path);
        if (json) printJson({ photos, judgement: verdict === 'forget' ? null : verdict });
        else printLine(`${words[verdict]} ${photos.join(', ')}`);
      });
    });
}
