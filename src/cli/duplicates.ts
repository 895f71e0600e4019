import { Command, InvalidArgumentError, Option } from 'commander';
import { duplicateKindSchema, editSchema, keepRuleNames } from '../api-duplicates.ts';
import type { DuplicateKind, DuplicatesProgress, KeepRule, KeepRules } from '../api-duplicates.ts';
import { groupsFile } from '../duplicates/groups-file.ts';
import type { GroupRecord, MemberRecord } from '../duplicates/groups-file.ts';
import type { GroupOrder } from '../library-duplicates.ts';
import type { Library } from '../library.ts';
import { standardStrictness } from '../limits.ts';
import { bytesText } from './bytes-text.ts';
import { removeDuplicates, undoRemoval } from './duplicates-removal.ts';
import { indexPhotos } from './index-photos.ts';
import { ProgressLine } from './progress-line.ts';
import { printJson, printLine, withLibrary } from './session.ts';
import type { LibraryOptions, Session } from './session.ts';

export interface DuplicatesOptions extends LibraryOptions {
  kind: DuplicateKind[];
  strictness: number;
  order: GroupOrder;
  keep?: KeepRules['rules'];
  protect?: string[];
  export?: 'csv' | 'json';
  remove?: boolean;
  moveTo?: string;
  mergeMetadata?: boolean;
  dryRun: boolean;
}

/** `akin duplicates`: copies and edited versions of photos, and what to keep of them. */
export function duplicatesCommand(): Command {
  return new Command('duplicates')
    .description('Find copies and edited versions of photos; remove them by rules, and only when you insist.')
    .addOption(
      new Option('--kind <name...>', 'what to look for')
        .choices(duplicateKindSchema.options)
        .default(['identical', 'near-duplicate']),
    )
    .option('--strictness <0 to 1>', 'how certain they must be', parseFraction, standardStrictness)
    .addOption(
      new Option('--order <how>', 'largest groups first, or the surest')
        .choices(['size', 'certainty'])
        .default('size'),
    )
    .option(
      '--keep <rule,...>',
      `what to keep: the first rule that tells two photos apart decides, of ${keepRuleNames.slice(1).join(', ')}`,
      parseKeepRules,
    )
    .option(
      '--protect <folder...>',
      'remove nothing in these folders, which may be parts of those of the library',
    )
    .addOption(
      new Option('--export <format>', 'print the groups as a file')
        .choices(['csv', 'json'])
        .conflicts(['json', 'remove', 'moveTo']),
    )
    .option('--remove', 'move all but the photos to keep to the trash')
    .addOption(
      new Option(
        '--move-to <folder>',
        'move them to a folder instead, each at its place below its own',
      ).conflicts('remove'),
    )
    .option('--merge-metadata', 'write rating, keywords and position of what is removed beside what is kept')
    .option('--dry-run', 'only say what would be removed', true)
    .option('--no-dry-run', 'do remove it; "akin duplicates undo" puts it back')
    .addCommand(undoCommand())
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<DuplicatesOptions>();
      await withLibrary(options, (session) => showDuplicates(session, options));
    });
}

function undoCommand(): Command {
  return new Command('undo')
    .description('Put back what was removed last.')
    .action(async (_options, command: Command) =>
      withLibrary(command.optsWithGlobals<LibraryOptions>(), undoRemoval),
    );
}

async function showDuplicates(session: Session, options: DuplicatesOptions): Promise<void> {
  const { library, signal, json } = session;
  const protectedFolders = [];
  for (const folder of options.protect ?? []) protectedFolders.push(await library.pathOfFolder(folder));
  const { folderIds } = library.duplicates.keepRules();
  const keepRules = options.keep && { rules: options.keep, folderIds };
  library.duplicates.override({ ...(keepRules && { keepRules }), protectedFolders });
  if (library.hasUnscannedFolders()) await indexPhotos(library);
  await comparePhotos(library, signal);
  if (signal.aborted) return;
  const { order, strictness } = options;
  const kinds = [...new Set(options.kind)];
  const groups = kinds.flatMap((kind) => library.duplicates.records({ kind, strictness, order }));
  if (options.export) {
    process.stdout.write(groupsFile(groups, options.export));
  } else {
    for (const group of groups) {
      if (signal.aborted) return;
      if (json) printJson(group);
      else printGroup(group);
    }
  }
  if (options.remove || options.moveTo !== undefined) await removeDuplicates(session, options);
}

/** Compares what is new. What was compared is kept when it is interrupted. */
async function comparePhotos(library: Library, signal: AbortSignal): Promise<void> {
  const line = new ProgressLine('Comparing');
  const search = library.background.duplicateSearch;
  const show = (progress: DuplicatesProgress) => line.show(asProgress(progress));
  const cancel = () => search.cancel();
  search.on('progress', show);
  signal.addEventListener('abort', cancel);
  try {
    search.find();
    if (signal.aborted) cancel();
    // A notice has told why.
    if (await search.finished()) process.exitCode = 1;
  } finally {
    line.clear();
    signal.removeEventListener('abort', cancel);
    search.off('progress', show);
  }
}

function asProgress({ phase, ...progress }: DuplicatesProgress) {
  return { ...progress, phase: phase === 'idle' ? phase : ('indexing' as const), failed: 0 };
}

function printGroup({ kind, keeper, members, related, certainty, bytes }: GroupRecord): void {
  const parts = [kind, `${members.length + 1} photos`, bytesText(bytes)];
  if (kind !== 'identical') parts.push(`${percent(certainty)} certain`);
  printLine(parts.join(' · '));
  printLine(`  keep     ${keeper}`);
  for (const member of members) {
    const what = member.protected ? 'protected' : kind === 'same-scene' ? 'shot' : 'copy';
    printLine(`  ${what.padEnd(9)}${member.path}${differences(member)}`);
  }
  for (const path of related) printLine(`  related  ${path}`);
}

function differences({ edits, overlap }: MemberRecord): string {
  const parts: string[] = edits.map((edit) => edit.replaceAll('-', ' '));
  if (edits.includes(editSchema.enum.cropped)) parts.push(`${percent(overlap)} of the picture`);
  return parts.length === 0 ? '' : ` · ${parts.join(', ')}`;
}

function percent(fraction: number): string {
  return `${Math.round(100 * fraction)} %`;
}

function parseFraction(value: string): number {
  const fraction = value.trim() === '' ? NaN : Number(value);
  if (!(fraction >= 0 && fraction <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return fraction;
}

/** Protected folders always come first; rules that are not named are off. */
function parseKeepRules(value: string): KeepRules['rules'] {
  const named = value.split(',').filter((name) => name !== 'protected');
  const known = (name: string): name is KeepRule => (keepRuleNames as readonly string[]).includes(name);
  if (!named.every(known) || new Set(named).size < named.length) {
    throw new InvalidArgumentError(`It must be some of ${keepRuleNames.slice(1).join(', ')}, each once.`);
  }
  const on: KeepRule[] = ['protected', ...named];
  const off = keepRuleNames.filter((rule) => !on.includes(rule));
  return [...on.map((rule) => ({ rule, on: true })), ...off.map((rule) => ({ rule, on: false }))];
}
