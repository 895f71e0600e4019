/** A path's last part, whichever way the system writes paths; a root stays as it is. */
export function folderName(path: string): string {
  return (
    path
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) || path
  );
}

/** A path without its last part. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.search(/[/\\][^/\\]*$/)));
}
