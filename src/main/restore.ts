import type { Command } from 'commander';
import { resolve } from 'node:path';
import { restore } from '../store/restore.ts';
import { storeUrl } from './connections.ts';
import { commonOptions, type CommonOptions, inSession } from './session.ts';

export function define(command: Command): void {
  commonOptions(command)
    .argument('<file>', 'a file made by "caretaker backup"')
    .action((file: string, options: CommonOptions) =>
      inSession(options, async ({ caretaker, output }) => {
        // The engine is not loaded: nothing of this process may have the store open.
        const { replaced } = restore({ url: storeUrl(caretaker.config), file: resolve(file), now: Date.now() });
        const kept = replaced === undefined ? '' : ` What was there is kept at ${replaced}.`;
        output.result({ restored: resolve(file), replaced }, `The backup is in place.${kept}`);
      }),
    );
}
