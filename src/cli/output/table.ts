/** A column of a table: its title, and its text in each row. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Only with `-o wide`. */
  readonly wide?: boolean;
}

/** Lines of a table with columns as wide as their widest text; a missing text is shown as `-`. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], { wide = false } = {}): string[] {
  const shown = columns.filter((column) => wide || column.wide !== true);
  const cells = [shown.map(({ title }) => title), ...rows.map((row) => shown.map(({ text }) => text(row) || '-'))];
  const widths = shown.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  return cells.map((line) => line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('   ').trimEnd());
}
