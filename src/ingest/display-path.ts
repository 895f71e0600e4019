/** A byte string as people read it; bytes that are not UTF-8 show as U+FFFD. */
export function displayPath(byteString: string): string {
  return Buffer.from(byteString, 'latin1').toString('utf8');
}
