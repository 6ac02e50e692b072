/**
 * The rules of OpenMetrics 1.0 for which a scraper rejects a page, as in `promtool check metrics`: every violation as a
 * sentence. https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
interface Family {
  readonly name: string;
  readonly type: string;
  readonly samples: Sample[];
}

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

const suffixesOf: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  counter: ['_total', '_created'],
  info: ['_info'],
  histogram: ['_bucket', '_sum', '_count', '_created'],
};

const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"`;
const samplePattern = new RegExp(
  String.raw`^([a-zA-Z_][a-zA-Z0-9_]*)(?:\{(${label}(?:,${label})*)\})? (\S+)$`,
);

export function openMetricsBreaches(text: string): readonly string[] {
  const breaches: string[] = [];
  const families = new Map<string, Family>();
  let current: Family | null = null;
  if (!text.endsWith('\n# EOF\n')) breaches.push('does not end with # EOF');
  for (const line of text.split('\n').slice(0, -2)) {
    const [, keyword, name = '', rest = ''] = /^# (TYPE|UNIT|HELP) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'TYPE') {
      if (families.has(name)) breaches.push(`${name} is declared twice`);
      if (suffixesOf[rest] === undefined) breaches.push(`${name} has the unknown type ${rest}`);
      current = { name, type: rest, samples: [] };
      families.set(name, current);
    } else if (keyword !== undefined) {
      if (current?.name !== name || current.samples.length > 0) breaches.push(`out of place: ${line}`);
      if (keyword === 'UNIT' && !name.endsWith(`_${rest}`))
        breaches.push(`${name} does not end with its unit`);
    } else breaches.push(...takeSample(line, current));
  }
  return [...breaches, ...[...families.values()].flatMap(familyBreaches)];
}

function takeSample(line: string, family: Family | null): readonly string[] {
  const [, name = '', labels = '', value = ''] = samplePattern.exec(line) ?? [];
  if (name === '' || Number.isNaN(Number(value))) return [`no sample: ${line}`];
  const suffixes = suffixesOf[family?.type ?? ''] ?? [];
  if (family === null || !suffixes.some((suffix) => name === family.name + suffix))
    return [`of another family: ${line}`];
  const isKnown = family.samples.some((sample) => sample.name === name && sample.labels === labels);
  family.samples.push({ name, labels, value: Number(value) });
  return isKnown ? [`twice: ${line}`] : [];
}

function familyBreaches({ name, type, samples }: Family): readonly string[] {
  if (type === 'counter' || type === 'histogram') {
    const negative = samples.find(({ value }) => value < 0);
    if (negative !== undefined) return [`${name} counts below 0`];
  }
  return type === 'histogram' ? histogramBreaches(name, samples) : [];
}

function histogramBreaches(name: string, samples: readonly Sample[]): readonly string[] {
  const series = new Map<string, { readonly le: number; readonly value: number }[]>();
  for (const { labels, value } of samples.filter((sample) => sample.name === `${name}_bucket`)) {
    const [, bound = ''] = /(?:^|,)le="([^"]*)"/.exec(labels) ?? [];
    const key = labels.replace(/,?le="[^"]*"/, '');
    series.set(key, [...(series.get(key) ?? []), { le: Number(bound.replace('+Inf', 'Infinity')), value }]);
  }
  return [...series].flatMap(([key, buckets]) => {
    const grows = buckets.every(
      ({ le, value }, index) =>
        index === 0 || (le > (buckets[index - 1]?.le ?? 0) && value >= (buckets[index - 1]?.value ?? 0)),
    );
    const of = (suffix: string): number | undefined =>
      samples.find((sample) => sample.name === name + suffix && sample.labels === key)?.value;
    const last = buckets.at(-1);
    return [
      ...(grows ? [] : [`${name}{${key}}: buckets do not grow`]),
      ...(last?.le === Infinity && last.value === of('_count')
        ? []
        : [`${name}{${key}}: +Inf is not the count`]),
      ...(of('_sum') === undefined ? [`${name}{${key}} has no sum`] : []),
    ];
  });
}
