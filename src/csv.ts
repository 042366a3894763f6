// Tables for spreadsheets (RFC 4180). Pure.

/** A cell that no spreadsheet takes for a formula or splits. */
function cell(text: string): string {
  const safe = /^[\s\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(text) ? `'${text}` : text;
  return `"${safe.replace(/"/g, '""')}"`;
}

/** Every cell is quoted; every row, the last too, ends with CR LF. */
export const writeCsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
