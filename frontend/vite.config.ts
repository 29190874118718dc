/// <reference types="vitest/config" />
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const FACES = ['index', 'judge', 'board', 'screen', 'desk'] as const;
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Names this build by what it is made of, so that the server can say which version a tablet runs. */
function build(): string {
  const digest = createHash('sha256');
  const folder = here('./src/');
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(ts|svelte|css|js)$/.test(file)) digest.update(file).update(readFileSync(`${folder}${file}`));
  }
  return digest.digest('hex').slice(0, 12);
}

/** Writes the judge page's service worker: which files it keeps, and a number that changes with any of them. */
function serviceWorker(): Plugin {
  return {
    name: 'jiangsai-service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const kept = new Set(['judge.html']);
      const follow = (file: string): void => {
        const chunk = bundle[file];
        if (kept.has(file) || chunk === undefined) return;
        kept.add(file);
        if (chunk.type !== 'chunk') return;
        for (const style of chunk.viteMetadata?.importedCss ?? []) kept.add(style);
        [...chunk.imports, ...chunk.dynamicImports].forEach(follow);
      };
      for (const file of Object.keys(bundle)) {
        const chunk = bundle[file];
        if (chunk?.type === 'chunk' && chunk.isEntry && chunk.name === 'judge') follow(file);
      }
      const revision = createHash('sha256');
      for (const file of [...kept].sort()) {
        const part = bundle[file];
        if (part) revision.update(file).update(part.type === 'chunk' ? part.code : part.source);
      }
      const files = [...kept, 'icon.svg', 'judge.webmanifest'].sort().map((file) => `/app/${file}`);
      const source = readFileSync(here('./src/sw.js'), 'utf8')
        .replace('__FILES__', JSON.stringify(files))
        .replace('__REVISION__', revision.digest('hex').slice(0, 12));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source });
    },
  };
}

/** Chrome 87 does not know `:where()`, which Svelte writes around its own class in descendant selectors. */
function plainScopes(): Plugin {
  return {
    name: 'jiangsai-plain-scopes',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type !== 'asset' || !part.fileName.endsWith('.css')) continue;
        part.source = String(part.source).replace(/:where\((\.svelte-[\w-]+)\)/g, '$1');
      }
    },
  };
}

export default defineConfig(({ mode }) => ({
  base: '/app/',
  define: { __BUILD__: JSON.stringify(build()) },
  plugins: [svelte(), plainScopes(), serviceWorker()],
  resolve: {
    alias: { $lib: here('./src/lib') },
    ...(mode === 'test' ? { conditions: ['browser'] } : {}),
  },
  build: {
    target: ['chrome87', 'safari14', 'firefox78'],
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: Object.fromEntries(FACES.map((face) => [face, here(`./${face}.html`)])),
    },
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts', 'src/**/*.test.ts'],
    restoreMocks: true,
    setupFiles: ['tests/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
}));
