/** The tree of organisations as the desk shows it: lines with their depth, paths for those with the same name. */
import type { Organisation } from './types';

export interface TreeLine {
  readonly organisation: Organisation;
  readonly depth: number;
  readonly children: number;
}

function byParent(all: readonly Organisation[]): Map<string | null, Organisation[]> {
  const known = new Set(all.map((one) => one.id));
  const below = new Map<string | null, Organisation[]>();
  for (const one of all) {
    const parent = one.parent !== null && known.has(one.parent) ? one.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), one]);
  }
  const order = new Intl.Collator('zh-CN', { numeric: true });
  for (const siblings of below.values()) siblings.sort((a, b) => order.compare(a.name, b.name));
  return below;
}

/** The lines to draw: children of closed ones are left out. */
export function treeLines(all: readonly Organisation[], closed: ReadonlySet<string>): TreeLine[] {
  const below = byParent(all);
  const lines: TreeLine[] = [];
  const walk = (parent: string | null, depth: number): void => {
    for (const organisation of below.get(parent) ?? []) {
      const children = below.get(organisation.id)?.length ?? 0;
      lines.push({ organisation, depth, children });
      if (!closed.has(organisation.id)) walk(organisation.id, depth + 1);
    }
  };
  walk(null, 0);
  return lines;
}

/** An organisation and everything below it: where it cannot be moved to. */
export function withDescendants(all: readonly Organisation[], top: string): Set<string> {
  const below = byParent(all);
  const found = new Set<string>();
  const walk = (id: string): void => {
    found.add(id);
    for (const child of below.get(id) ?? []) walk(child.id);
  };
  walk(top);
  return found;
}

/** Those whose name or whose ancestor's name matches stay, with the ancestors of every match. */
export function matching(all: readonly Organisation[], search: string): Organisation[] {
  const needle = search.trim().toLocaleLowerCase();
  if (!needle) return [...all];
  const known = new Map(all.map((one) => [one.id, one]));
  const kept = new Set<string>();
  for (const one of all) {
    if (!`${one.name} ${one.code}`.toLocaleLowerCase().includes(needle)) continue;
    for (let at: Organisation | undefined = one; at && !kept.has(at.id); at = known.get(at.parent ?? '')) kept.add(at.id);
  }
  return all.filter((one) => kept.has(one.id));
}

/** «青川县总工会 › 第一建筑公司»: the way to an organisation, for lists where names repeat. */
export function pathOf(known: ReadonlyMap<string, Organisation>, id: string): string {
  const names: string[] = [];
  const seen = new Set<string>();
  for (let at = known.get(id); at && !seen.has(at.id); at = known.get(at.parent ?? '')) {
    seen.add(at.id);
    names.unshift(at.name);
  }
  return names.join(' › ');
}
