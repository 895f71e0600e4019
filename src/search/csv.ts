/** Tables as spreadsheets read them. */

/** Without it, spreadsheets take UTF-8 for the system's old encoding. */
const byteOrderMark = '\ufeff';
const lineEnd = '\r\n';

/** By RFC 4180. @param rows cells that are texts must come from `textCell` */
export function csvFile(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return byteOrderMark + [columns, ...rows].map((cells) => cells.join() + lineEnd).join('');
}

/** What a spreadsheet would run as a formula, it gets as text. */
const formulaStart = /^[=+\-@\t\r]/;

/** Always in quotes: a spreadsheet that splits at semicolons would else find the beginning of a cell in a path. */
export function textCell(text: string): string {
  const harmless = formulaStart.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
