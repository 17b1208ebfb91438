const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** Horizontal bars, with a line at a limit. */
export function bars(title: string, values: readonly { label: string; value: number }[], limit: number, logarithmic = false): string {
  const [left, width, height] = [190, 420, 20];
  const scale = (value: number): number => (logarithmic ? Math.log10(Math.max(1, value)) : value);
  const most = Math.max(scale(limit), ...values.map(({ value }) => scale(value))) * 1.05;
  const x = (value: number): number => left + (scale(value) / most) * width;
  const rows = values.map(({ label, value }, index) => {
    const y = 40 + index * height;
    return `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escape(label)}</text><rect x="${left}" y="${y + 2}" width="${(x(value) - left).toFixed(1)}" height="${height - 6}" fill="#3b82f6"/>` +
      `<text x="${(x(value) + 4).toFixed(1)}" y="${y + 13}">${value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2)}</text>`;
  });
  const bottom = 44 + values.length * height;
  const line = limit > 0 ? `<line x1="${x(limit).toFixed(1)}" x2="${x(limit).toFixed(1)}" y1="32" y2="${bottom}" stroke="#dc2626" stroke-dasharray="4 3"/>` : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 70}" height="${bottom + 8}" font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n<text x="10" y="20" font-weight="bold">${escape(title)}</text>\n${rows.join('\n')}\n${line}\n</svg>\n`;
}
