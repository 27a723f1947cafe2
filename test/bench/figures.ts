/** One measured figure beside its reference and its goal. */
export interface Figure {
  /** What `--only` selects it by. */
  row: string;
  measure: string;
  value: number;
  unit: string;
  reference?: number;
  /** Value divided by reference. */
  ratio?: number;
  goal?: string;
  /** Undefined where nothing is asked of the figure. */
  met?: boolean;
  note?: string;
}

/** The value below which the given share of the sample lies; the sample must not be empty. */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return sorted[at] as number;
}

export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5);
}

/** A figure that must not be more than `most` times its reference. */
export function atMost(most: number, figure: Omit<Figure, 'ratio' | 'goal' | 'met'> & { reference: number }): Figure {
  const ratio = figure.value / figure.reference;
  return { ...figure, ratio, goal: `≤ ${most} × bare`, met: ratio <= most };
}

/** A figure that must be at least `least` times its reference. */
export function atLeast(least: number, figure: Omit<Figure, 'ratio' | 'goal' | 'met'> & { reference: number }): Figure {
  const ratio = figure.value / figure.reference;
  return { ...figure, ratio, goal: `≥ ${least} × bare`, met: ratio >= least };
}

const CELLS = ['measure', 'value', 'reference', 'ratio', 'goal', 'met'] as const;

/** The figures as a table, notes below it. */
export function tableOf(figures: readonly Figure[]): string {
  const rows: string[][] = [
    [...CELLS],
    ...figures.map((one) => [
      one.measure,
      `${shown(one.value)} ${one.unit}`,
      one.reference === undefined ? '' : `${shown(one.reference)} ${one.unit}`,
      one.ratio === undefined ? '' : one.ratio.toFixed(2),
      one.goal ?? '',
      one.met === undefined ? '' : one.met ? 'yes' : 'NO',
    ]),
  ];
  const widths = CELLS.map((_cell, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const notes = figures.flatMap(({ measure, note }) => (note === undefined ? [] : [`  ${measure}: ${note}`]));
  return [...lines.map((line) => line.trimEnd()), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}
