/**
 * The two languages of every face. A dictionary is typed by its Chinese side: English must have the same keys,
 * and a call must give every placeholder a value.
 *
 * Placeholders are `{name}`; English may write `{n|mark|marks}` for one and many.
 */

export type Language = 'zh' | 'en';

type Head<P extends string> = P extends `${infer H}|${string}` ? H : P;
type Names<S extends string> = S extends `${string}{${infer P}}${infer Rest}` ? Head<P> | Names<Rest> : never;
type Values<S extends string> = [Names<S>] extends [never]
  ? []
  : [values: Readonly<Record<Names<S>, string | number>>];

/** Says the sentence of a key in the language of the page. */
export interface Say<Zh extends Readonly<Record<string, string>>> {
  <K extends keyof Zh & string>(key: K, ...values: Values<Zh[K]>): string;
  readonly zh: Zh;
  readonly en: Readonly<Record<keyof Zh & string, string>>;
}

const KEPT_AS = 'jiangsai.language';
const PLURAL = new Intl.PluralRules('en');

const store = {
  read(): string | null {
    try {
      return localStorage.getItem(KEPT_AS);
    } catch {
      return null; // storage may be forbidden; the language then lasts as long as the page
    }
  },
  write(chosen: Language): void {
    try {
      localStorage.setItem(KEPT_AS, chosen);
    } catch {
      /* as above */
    }
  },
};

/** Chooses the language: the address first, then what was chosen before, then the browser's, else Chinese. */
export function chooseLanguage(search: string, kept: string | null, browser: string): Language {
  const asked = new URLSearchParams(search).get('lang') ?? kept;
  if (asked === 'zh' || asked === 'en') return asked;
  return /^en\b/i.test(browser) ? 'en' : 'zh';
}

const first = chooseLanguage(location.search, store.read(), navigator.language);
let current = $state<Language>(first);
if (new URLSearchParams(location.search).has('lang')) store.write(first);
showLanguage();

function showLanguage(): void {
  document.documentElement.lang = current === 'zh' ? 'zh-CN' : 'en';
}

/** The language of the page now. Reading it in a component follows every change. */
export function language(): Language {
  return current;
}

export function setLanguage(chosen: Language): void {
  current = chosen;
  store.write(chosen);
  showLanguage();
}

addEventListener('storage', (event) => {
  if (event.key !== KEPT_AS || (event.newValue !== 'zh' && event.newValue !== 'en')) return;
  current = event.newValue;
  showLanguage();
});

/** Puts values into a sentence. A placeholder without a value stays visible, so that the fault is seen. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>> = {}): string {
  return sentence.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined) return String(value);
    return `${value} ${PLURAL.select(Number(value)) === 'one' ? one : many}`;
  });
}

/** Makes a dictionary. `const t = defineWords({ zh: {…}, en: {…} }); t('unsent', { n: 3 })`. */
export function defineWords<const Zh extends Readonly<Record<string, string>>>(words: {
  readonly zh: Zh;
  readonly en: Readonly<Record<keyof Zh & string, string>>;
}): Say<Zh> {
  const say = (key: keyof Zh & string, values?: Readonly<Record<string, string | number>>): string =>
    fill((current === 'zh' ? words.zh[key] : words.en[key]) ?? key, values);
  return Object.assign(say, { zh: words.zh, en: words.en }) as Say<Zh>;
}

/** Picks the name for the language of the page; English falls back to the Chinese name. */
export function nameOf(zh: string, en: string): string {
  return current === 'en' && en ? en : zh;
}
