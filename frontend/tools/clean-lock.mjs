// The lock names no host: it serves on any machine and behind any mirror. npm writes funding addresses into it.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
for (const part of Object.values(lock.packages)) {
  delete part.funding;
  delete part.resolved;
}
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
