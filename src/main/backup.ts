import type { Command } from 'commander';
import { resolve } from 'node:path';
import { commonOptions, type CommonOptions, inSession } from './session.ts';

export function define(command: Command): void {
  commonOptions(command)
    .argument('<file>', 'a new file')
    .action((file: string, options: CommonOptions) =>
      inSession(options, async ({ caretaker, output }) => {
        const { store, keyring } = await caretaker.engine();
        const path = resolve(file);
        await store.backup(path);
        if (!keyring.isDevelopment)
          output.note('Keep CARETAKER_KEYRING somewhere else than the backup: without it the backup cannot be read.');
        output.result({ file: path }, `The store is copied to ${path}.`);
      }),
    );
}
