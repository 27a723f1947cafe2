import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The package's version, from package.json, which lies one folder further up for the emitted code. */
export function ownVersion(): string {
  const [file] = ['../../package.json', '../../../package.json']
    .map((path) => resolve(import.meta.dirname, path))
    .filter((path) => existsSync(path));
  return file === undefined ? '0.0.0' : (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
