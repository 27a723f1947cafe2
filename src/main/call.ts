import type { Command } from 'commander';
import { text as readAll } from 'node:stream/consumers';
import { CaretakerError } from '../model/errors.ts';
import { NoSuchTool } from '../tool/pipeline.ts';
import { commonOptions, type CommonOptions, grantFor, inSession, roleOption } from './session.ts';

interface CallOptions extends CommonOptions {
  role?: string;
}

export function define(command: Command): void {
  roleOption(commonOptions(command))
    .argument('<tool>', 'name of the tool')
    .argument('[json]', 'its arguments as a JSON object, or "-" to read them from standard input', '{}')
    .action((tool: string, json: string, options: CallOptions) =>
      inSession(options, async ({ caretaker, output, signal }) => {
        const grant = await grantFor(caretaker, options.role);
        const args = parseArguments(json === '-' ? await readAll(process.stdin) : json);
        const progress = (done: number, total: number | undefined, message?: string) =>
          output.progress(done, total, message ?? tool);
        const answer = await caretaker.pipeline
          .call(grant, tool, args, { signal, progress })
          .catch((error: unknown) => {
            if (!(error instanceof NoSuchTool)) throw error;
            throw new CaretakerError('not_found', `There is no tool "${tool}".`, { next: 'caretaker tools' });
          });
        if (!answer.isError) return output.result(answer.structured);
        process.stderr.write(`${output.json ? JSON.stringify(answer.structured) : answer.text}\n`);
        process.exitCode = 1;
      }),
    );
}

function parseArguments(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new CaretakerError('invalid_input', 'The arguments are not JSON. Nothing was changed.', { field: 'json' });
  }
}
