/** The system's trash without Electron: by the programs that come with the package `trash`. */
export async function moveToTrash(file: string): Promise<void> {
  const { default: trash } = await import('trash');
  // The name of a photo is no pattern.
  await trash(file, { glob: false });
}
