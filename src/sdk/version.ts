import { existsSync, readFileSync } from 'node:fs';

/** Version of Signalbox, from its package.json. */
export const VERSION = readVersion();

function readVersion(): string {
  // Sources and the build lie at different depths below package.json.
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('..', folder);
    if (parent.href === folder.href) return '0.0.0';
    folder = parent;
  }
  const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
    version: string;
  };
  return version;
}
