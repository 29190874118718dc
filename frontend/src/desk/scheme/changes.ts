/** The usual changes of a scheme document. Each gives a new document and leaves everything else as it stands. */
import { below, fieldsOf, grouped, panelRule, type Raw, rootOf, rowsOf, type SchemeNode, textOf, wholeOf } from './document';

/** Kinds whose greatest worth is one field; others are worth what their tables say. */
const GREATEST: Readonly<Record<string, string>> = {
  panel: 'high',
  imported: 'high',
  amount: 'high',
  penalty: 'high',
  bonus: 'high',
  adjustment: 'most',
  judgement: 'max',
  pass_fail: 'max',
  completed: 'max',
  difference: 'max',
};

/** The field that says what a node is worth at most; empty where the form cannot say it in one number. */
export function greatestField(node: SchemeNode): string {
  return (node.kind === 'penalty' || node.kind === 'bonus') && 'each' in node.raw ? '' : (GREATEST[node.kind] ?? '');
}

/** Set fields; one set to `undefined` is left to the language. */
function withFields(raw: Raw, fields: Raw): Raw {
  const all = Object.entries({ ...raw, ...fields });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

/** Every node through `change`, from the root down; a node changed to null is taken out. */
function walked(raw: Raw, change: (node: Raw) => Raw | null): Raw | null {
  const changed = change(raw);
  if (changed !== null && 'of' in changed) return { ...changed, of: walked(fieldsOf(changed['of']), change) ?? changed['of'] };
  if (changed === null || !Array.isArray(changed['parts'])) return changed;
  const parts = rowsOf(changed['parts']).map((part) => walked(part, change));
  return { ...changed, parts: parts.filter((part) => part !== null) };
}

function withNodes(document: unknown, change: (node: Raw) => Raw | null): Raw {
  const fields = fieldsOf(document);
  return { ...fields, root: walked(fieldsOf(fields['root']), change) };
}

export function setNode(document: unknown, id: string, fields: Raw): Raw {
  return withNodes(document, (node) => (node['id'] === id ? withFields(node, fields) : node));
}

// ---- marks dropped ----

/** Panel aspects whose marks are averaged, together where they drop the same. */
export function dropGroups(document: unknown): SchemeNode[][] {
  const averaged = below(rootOf(document)).filter(
    (node) => node.kind === 'panel' && ['mean', 'trimmed'].includes(panelRule(node).take),
  );
  return grouped(averaged, (node) => `${panelRule(node).low} ${panelRule(node).high}`);
}

/** Drop so many of these aspects' marks; who must be there at least grows with it. */
export function setDropped(document: unknown, ids: ReadonlySet<string>, low: number, high: number): Raw {
  return withNodes(document, (node) => {
    if (!ids.has(textOf(node['id']))) return node;
    const then = fieldsOf(node['rule'])['then'];
    const trimmed = { take: 'trimmed', low, high, ...(then ? { then } : {}) };
    const rule = low || high ? trimmed : { take: then === 'sum' ? 'sum' : 'mean' };
    const least = wholeOf(node['min_judges'], 0);
    return withFields(node, { rule, min_judges: least ? Math.max(least, low + high + 1) : undefined });
  });
}

export function setPlaces(document: unknown, places: number | null): Raw {
  return setNode(document, rootOf(document).id, { places: places ?? undefined });
}

// ---- aspects ----

/** What a new aspect has in common with those beside it. */
const AS_NEIGHBOURS = ['low', 'high', 'step', 'unit', 'unit_en', 'rule', 'min_judges'];

/** A new panel aspect below a sum, marked as its neighbours are. */
export function addAspect(document: unknown, under: string, name: string, nameEn: string): Raw {
  const all = below(rootOf(document));
  const taken = new Set(all.map((node) => node.id));
  let number = 1;
  while (taken.has(`aspect_${number}`)) number += 1;
  const near = all.find((node) => node.id === under)?.parts.filter((node) => node.kind === 'panel') ?? [];
  const like = near[near.length - 1] ?? all.find((node) => node.kind === 'panel');
  const aspect = withFields(
    { kind: 'panel', id: `aspect_${number}`, name, name_en: nameEn, high: '100', step: '0.5', rule: { take: 'mean' }, places: 2 },
    like ? Object.fromEntries(AS_NEIGHBOURS.map((field) => [field, like.raw[field]])) : {},
  );
  return withNodes(document, (node) =>
    node['id'] === under ? { ...node, parts: [...rowsOf(node['parts']), aspect] } : node,
  );
}

/** Kinds whose parts are taken as they are. */
const UNWEIGHTED = ['product', 'best', 'attempts', 'standardised'];

/** The nodes that can take a weight: a veto is worth nothing, and what is multiplied or chosen from has none. */
export function weighted(document: unknown): ReadonlySet<string> {
  const all = below(rootOf(document)).filter((node) => !UNWEIGHTED.includes(node.kind) && node.kind !== 'running');
  const parts = [...all.flatMap((node) => node.parts)].filter((node) => node.kind !== 'veto');
  return new Set(parts.map((node) => node.id));
}

/** A panel aspect may go unless its criterion would be empty, or something else of the document names it. */
export function removable(document: unknown, id: string): boolean {
  const all = below(rootOf(document));
  const above = all.find((node) => node.parts.some((part) => part.id === id));
  const node = above?.parts.find((part) => part.id === id);
  return node?.kind === 'panel' && above?.kind === 'sum' && above.parts.length > 1 && !namedNodes(document).has(id);
}

/** What prizes, stages, vetoes and what is carried over name. Ties find other questions when one of theirs goes. */
function namedNodes(document: unknown): ReadonlySet<string> {
  const fields = fieldsOf(document);
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(look);
    for (const [word, inner] of Object.entries(fieldsOf(value))) {
      if (word === 'node' && typeof inner === 'string') found.add(inner);
      else look(inner);
    }
  };
  look({ ...fields, ranking: null });
  return found;
}

/** Take an aspect out; ties are no longer broken by it. */
export function removeAspect(document: unknown, id: string): Raw {
  const without = withNodes(document, (node) => (node['id'] === id ? null : node));
  const ranking = fieldsOf(without['ranking']);
  if (!Array.isArray(ranking['keys'])) return without;
  return { ...without, ranking: { ...ranking, keys: rowsOf(ranking['keys']).filter((key) => key['node'] !== id) } };
}

// ---- prizes ----

export interface Prize {
  readonly id: string;
  readonly name: string;
  readonly nameEn: string;
  readonly by: string;
  readonly from: number;
  readonly to: number;
  readonly ratio: string;
}

export function prizesOf(document: unknown): Prize[] {
  return rowsOf(fieldsOf(document)['awards']).map((award) => {
    const rule = fieldsOf(award['rule']);
    return {
      id: textOf(award['id']),
      name: textOf(award['name']),
      nameEn: textOf(award['name_en']),
      by: textOf(rule['by']),
      from: wholeOf(rule['from'], 1),
      to: wholeOf(rule['to'], 1),
      ratio: textOf(rule['ratio']),
    };
  });
}

/** Set fields of a prize, and fields of its rule. */
export function setPrize(document: unknown, id: string, fields: Raw, rule: Raw = {}): Raw {
  const whole = fieldsOf(document);
  const awards = rowsOf(whole['awards']).map((award) =>
    award['id'] === id ? withFields(award, { ...fields, rule: withFields(fieldsOf(award['rule']), rule) }) : award,
  );
  return { ...whole, awards };
}
