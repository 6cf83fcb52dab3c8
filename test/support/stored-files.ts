import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** All files below a folder, byte for byte: path and content. */
export function storedFiles(folder: string): readonly (readonly [path: string, content: Buffer])[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => [path, readFileSync(path)] as const);
}

/** Paths of the files that have a text in them. */
export function filesWith(folder: string, text: string): readonly string[] {
  return storedFiles(folder).flatMap(([path, content]) => (content.includes(text) ? [path] : []));
}
