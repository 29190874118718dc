/** A scheme document as the desk reads it. It may be half written, so that every field may be missing or of another kind. */

export type Raw = Readonly<Record<string, unknown>>;

export interface SchemeNode {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly nameEn: string;
  readonly weight: string;
  readonly minus: boolean;
  readonly counts: boolean;
  /** The root stands at 0. */
  readonly depth: number;
  readonly parts: readonly SchemeNode[];
  readonly raw: Raw;
}

/** How the marks of a panel become one score, added where `adds`; `judges` is how many must be there. */
export interface PanelRule {
  readonly take: string;
  readonly low: number;
  readonly high: number;
  readonly adds: boolean;
  readonly judges: number;
}

export function fieldsOf(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

export function rowsOf(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

export function textOf(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

export function wholeOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) ? value : otherwise;
}

/** What stands below a node: its parts, or the one thing that is done several times or put on a scale. */
export function partsOf(raw: Raw): readonly Raw[] {
  return 'of' in raw ? [fieldsOf(raw['of'])] : rowsOf(raw['parts']);
}

function nodeOf(raw: Raw, depth: number): SchemeNode {
  const kind = textOf(raw['kind']);
  return {
    id: textOf(raw['id']),
    kind,
    name: textOf(raw['name']),
    nameEn: textOf(raw['name_en']),
    weight: textOf(raw['weight'], '1'),
    minus: textOf(raw['sign'], kind === 'penalty' ? 'minus' : 'plus') === 'minus',
    counts: raw['counts'] !== false,
    depth,
    parts: partsOf(raw).map((part) => nodeOf(part, depth + 1)),
    raw,
  };
}

export function rootOf(document: unknown): SchemeNode {
  return nodeOf(fieldsOf(fieldsOf(document)['root']), 0);
}

/** The node and everything below it, as the document has them. */
export function below(node: SchemeNode): SchemeNode[] {
  return [node, ...node.parts.flatMap(below)];
}

/** The rule of a panel's aspect, with what the language takes when the document is silent. */
export function panelRule(node: SchemeNode): PanelRule {
  const rule = fieldsOf(node.raw['rule']);
  const take = node.kind === 'judgement' ? 'judgement' : textOf(rule['take'], 'mean');
  const [low, high] = take === 'trimmed' ? [wholeOf(rule['low'], 1), wholeOf(rule['high'], 1)] : [0, 0];
  return { take, low, high, adds: rule['then'] === 'sum', judges: wholeOf(node.raw['min_judges'], low + high + 1) };
}

/** Put together what shares a key, in the order of first sight. */
export function grouped<T>(all: readonly T[], keyOf: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return [...groups.values()];
}

/** A decimal with its point moved: «0.125» by 2 is «12.5». What is no decimal comes back as it was. */
export function shifted(decimal: string, places: number): string {
  const read = /^(-?)(\d*)(?:\.(\d*))?$/.exec(decimal.trim());
  if (!read || !`${read[2]}${read[3] ?? ''}`) return decimal;
  const [sign, fraction] = [read[1], read[3] ?? ''];
  const digits = `${read[2]}${fraction}`;
  const point = digits.length - fraction.length + places;
  const padded = digits.padEnd(point, '0').padStart(digits.length + Math.max(0, 1 - point), '0');
  const cut = point < 1 ? 1 : point;
  const front = padded.slice(0, cut).replace(/^0+(?=\d)/, '');
  const back = padded.slice(cut).replace(/0+$/, '');
  return `${sign}${front}${back && `.${back}`}`;
}
