import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

export const MAIN = resolve(import.meta.dirname, '../../src/main.ts');

/** What a command came to. */
export interface Outcome {
  code: number | null;
  out: string;
  errors: string;
}

/** A folder of its own with a small sandbox, and the command line in it. */
export interface Place {
  folder: string;
  /** Runs a command to its end. `key` is set as CARETAKER_API_KEY. */
  run(args: readonly string[], options?: { key?: string | undefined; input?: string }): Promise<Outcome>;
  /** The same with `--json`, where it has to succeed. */
  json<T>(args: readonly string[], key?: string): Promise<T>;
  write(name: string, content: string): string;
  environment(key?: string): Record<string, string>;
  remove(): void;
}

const CONFIG = {
  organisation: 'Test Management',
  store: 'sqlite:./caretaker.db',
  connections: [{ id: 'sandbox', pms: 'sandbox', file: './pms.db', units: 24, properties: 2 }],
  policy: { limits: { post_gl_charge: { call: '10.00', day: '20.00' } } },
};

/** Another entry than the product's own, and variables that it needs. */
export interface Surroundings {
  main?: string;
  variables?: Record<string, string>;
}

/** Makes such a folder; `config` replaces keys of its configuration file. */
export function newPlace(config: object = {}, { main = MAIN, variables = {} }: Surroundings = {}): Place {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-main-'));
  const place: Place = {
    folder,
    async run(args, { key, input = '' } = {}) {
      const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: place.environment(key) });
      child.stdin.end(input);
      const closed = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
      const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
      return { code, out, errors };
    },
    async json<T>(args: readonly string[], key?: string): Promise<T> {
      const { code, out, errors } = await place.run([...args, '--json'], { key });
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${errors}`);
      return JSON.parse(out) as T;
    },
    write(name, content) {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    environment(key) {
      const { PATH = '' } = process.env;
      return { PATH, ...variables, ...(key !== undefined && { CARETAKER_API_KEY: key }) };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  place.write('caretaker.config.json', JSON.stringify({ ...CONFIG, ...config }));
  return place;
}
