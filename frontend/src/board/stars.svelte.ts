/** The entries a spectator follows, kept on the device and nowhere else. */

const KEPT_AS = 'jiangsai.stars';
/** More than this many pinned rows would leave no room for the board. */
export const MOST = 3;

type Kept = Record<string, string[]>;

function read(): Kept {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}');
    return kept !== null && typeof kept === 'object' ? (kept as Kept) : {};
  } catch {
    return {}; // storage is forbidden or was written by something else: no stars
  }
}

export class Stars {
  entries = $state.raw<readonly string[]>([]);

  constructor(readonly event: string) {
    const kept = read()[event];
    this.entries = Array.isArray(kept) ? kept.filter((entry) => typeof entry === 'string').slice(0, MOST) : [];
  }

  has(entry: string): boolean {
    return this.entries.includes(entry);
  }

  /** Stars an entry or takes its star away; the oldest star gives way to a fourth. */
  toggle(entry: string): void {
    const others = this.entries.filter((starred) => starred !== entry);
    this.entries = this.has(entry) ? others : [...others, entry].slice(-MOST);
    try {
      localStorage.setItem(KEPT_AS, JSON.stringify({ ...read(), [this.event]: this.entries }));
    } catch {
      /* the stars then last as long as the page */
    }
  }
}
