/** What a subject came to. */
export interface Table {
  /** Where a subject has more than one. */
  readonly title?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the rows say, one sentence each: ratios, intervals, what was left out. */
  readonly findings: readonly string[];
}

/** As a Markdown table, aligned for the eye; the first column left, all others right. */
export function formatTable({ title, columns, rows, findings }: Table): string {
  const widths = columns.map((column, index) => Math.max(column.length, 3, ...rows.map((row) => (row[index] ?? '').length)));
  const line = (cells: readonly string[]): string => `| ${widths.map((width, index) => (index === 0 ? (cells[index] ?? '').padEnd(width) : (cells[index] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [...(title === undefined ? [] : [`**${title}**`, '']), line(columns), rule, ...rows.map(line), ...(findings.length > 0 ? ['', ...findings.map((finding) => `- ${finding}`)] : [])].join('\n');
}
